"""`loa bench …`: worst-case performance of a station, measured on throw-away data."""

from typing import Annotated, Literal

import typer

from controller.terminal.commands import AsJson, Commands, print_json

Broker = Annotated[Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT.")]

BrokerOrTree = Annotated[
    Literal["auto", "embedded", "mosquitto", "tree"],
    typer.Option(help="Trạm trung chuyển MQTT; tree: một trạm gốc, hai trạm nhánh."),
]

Database = Annotated[Literal["sqlite", "postgresql"], typer.Option(help="Cơ sở dữ liệu dùng một lần.")]

bench = Commands()


@bench.command()
def emergency(
    nodes: Annotated[int, typer.Option(min=1, max=10_000, help="Số cụm loa mô phỏng.")] = 1000,
    runs: Annotated[int, typer.Option(min=1, max=1000, help="Gọi và dừng bao nhiêu lần.")] = 20,
    storm: Annotated[
        int,
        typer.Option(
            min=0, max=10_000, help="Thêm một trận bão: bấy nhiêu cụm mất điện rồi nối lại trong mười giây."
        ),
    ] = 0,
    broker: BrokerOrTree = "auto",
    database: Database = "sqlite",
    *,
    as_json: AsJson = False,
) -> None:
    """Từ lúc gọi đến khi loa cuối cùng thật sự kêu, và từ lúc dừng đến khi loa cuối cùng im."""
    from controller.trial.bench_emergency import bench_emergency

    figures = bench_emergency(nodes, runs, broker, database, storm=storm)
    if as_json:
        print_json(figures)
        return
    for name, title in (("emergency_ms", "Gọi → loa cuối kêu"), ("stop_ms", "Dừng → loa cuối im")):
        typer.echo(f"{title}: p50 {figures[name]['p50']} ms, p99 {figures[name]['p99']} ms")
    typer.echo(f"Kế hoạch tới máy của loa cuối: p99 {figures['told_ms']['p99']} ms sau khi gọi.")
    typer.echo(f"Đến được {figures['reached']}/{figures['reachable']} cụm loa, {figures['runs']} lần.")
    if storm:
        told = figures["storm"]
        typer.echo(f"Trong bão: gọi p99 {told['emergency_ms']['p99']} ms, dừng {told['stop_ms']['p99']} ms.")
        for name, title in (("connected", "nối lại"), ("sounding", "phát tiếp")):
            p99 = told[f"{name}_s"]["p99"]
            typer.echo(f"Có điện lại: {told[name]}/{told['nodes']} cụm {title}, p99 sau {p99} s.")


@bench.command()
def delivery(
    nodes: Annotated[int, typer.Option(min=1, max=9_000, help="Số cụm loa mô phỏng.")] = 1000,
    size: Annotated[int, typer.Option("--bytes", min=1024, max=64 << 20, help="Cỡ tệp âm thanh, byte.")] = 1
    << 20,
    loss: Annotated[int, typer.Option(min=0, max=50, help="Phần trăm gói âm thanh bị mất.")] = 0,
    broker: BrokerOrTree = "auto",
    database: Database = "sqlite",
    *,
    as_json: AsJson = False,
) -> None:
    """Từ lúc công bố kế hoạch đến khi mọi cụm loa có đủ tệp âm thanh và đã kiểm xong, gửi hết tốc độ."""
    from controller.trial.bench_delivery import bench_delivery

    figures = bench_delivery(nodes, size, broker, database, loss_percent=loss)
    if as_json:
        print_json(figures)
        return
    typer.echo(
        f"Đã có đủ: {figures['verified']}/{figures['nodes']} cụm loa sau {figures['verified_seconds']} s."
    )
    typer.echo(f"Chỉ đếm byte, bằng paho: {figures['counting_seconds']} s (gấp {figures['ratio']} lần).")
    own = figures["own_reader_seconds"], figures["own_reader_ratio"]
    typer.echo(f"Chỉ đếm byte, bằng cách đọc của Loa: {own[0]} s (gấp {own[1]} lần).")
    typer.echo(f"Ổ cắm trần: {figures['raw_seconds']} s; nginx: {figures['nginx_seconds'] or 'chưa cài'}.")
    typer.echo(f"Âm thanh gửi tới trạm trung chuyển: {figures['published_ratio']} lần tệp.")


@bench.command()
def ingest(
    nodes: Annotated[int, typer.Option(min=20, max=20_000, help="Số cụm loa.")] = 5000,
    database: Annotated[
        Literal["sqlite", "postgresql", "both"], typer.Option(help="Cơ sở dữ liệu.")
    ] = "both",
    broker: Broker = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Tình trạng và biên nhận của loa: mỗi giây đài ghi được bao nhiêu, có mất gì không."""
    from controller.trial.bench_ingest import bench_ingest

    figures = bench_ingest(nodes, broker, ("sqlite", "postgresql") if database == "both" else (database,))
    if as_json:
        print_json(figures)
        return
    for name in ("sqlite", "postgresql"):
        if name in figures:
            one = figures[name]
            typer.echo(f"{name}: {one['messages_per_second']} tin/giây, mất {one['lost']} tin.")
    idle = figures["reference_per_second"], figures["own_reader_per_second"]
    typer.echo(f"Chương trình chỉ nghe, không làm gì: paho {idle[0]}, cách đọc của Loa {idle[1]} tin/giây.")


@bench.command()
def rest(
    nodes: Annotated[int, typer.Option(min=1, max=20_000, help="Số cụm loa mô phỏng.")] = 5000,
    broker: Broker = "auto",
    database: Database = "sqlite",
    *,
    as_json: AsJson = False,
) -> None:
    """Khi không phát gì: đài dùng bao nhiêu máy, và trả lời giờ cho loa sau bao lâu."""
    from controller.trial.bench_rest import bench_rest

    figures = bench_rest(nodes, broker, database)
    if as_json:
        print_json(figures)
        return
    answer = figures["clock_answer_ms"]
    typer.echo(f"Đài: {figures['station_cores']} bộ xử lý, {figures['station_rss_mb']} MB.")
    typer.echo(f"Trạm trung chuyển: {figures['broker_cores']}; dàn loa: {figures['fleet_cores']} bộ xử lý.")
    typer.echo(f"Trả lời giờ: p50 {answer['p50']} ms, p99 {answer['p99']} ms.")


@bench.command()
def sync(
    nodes: Annotated[int, typer.Option(min=1, max=10_000, help="Số cụm loa mô phỏng.")] = 1000,
    broker: BrokerOrTree = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Đồng hồ của loa lệch bao nhiêu và các loa phát cùng lúc đến đâu, khi đường truyền chậm và chập chờn."""
    from controller.trial.bench_sync import bench_sync

    figures = bench_sync(nodes, broker)
    if as_json:
        print_json(figures)
        return
    for name, title in (("clock_error_ms", "Đồng hồ lệch"), ("start_spread_ms", "Phát lệch giờ")):
        typer.echo(f"{title}: p50 {figures[name]['p50']} ms, p99 {figures[name]['p99']} ms")
    parts = {"connected": "Mười phút", "lost": "Sau 30 phút mất đường truyền", "back": "Khi có lại"}
    for part, title in parts.items():
        span = figures["virtual"][part]["village_span_ms"]
        typer.echo(f"{title} (thời gian ảo), loa đầu đến loa cuối trong một thôn: p99 {span['p99']} ms")
