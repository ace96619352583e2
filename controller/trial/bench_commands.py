"""`loa bench …`: what a station does in the worst case, measured on throw-away data."""

from typing import Annotated, Literal

import typer

from controller.told import AsJson, print_json, told

bench = typer.Typer(help="Đo đài trên dữ liệu dùng một lần.", no_args_is_help=True)


@bench.command()
@told
def emergency(
    nodes: Annotated[int, typer.Option(min=1, max=10_000, help="Số cụm loa mô phỏng.")] = 1000,
    runs: Annotated[int, typer.Option(min=1, max=1000, help="Gọi và dừng bao nhiêu lần.")] = 20,
    broker: Annotated[
        Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT.")
    ] = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Từ lúc gọi đến khi loa cuối cùng thật sự kêu, và từ lúc dừng đến khi loa cuối cùng im."""
    from controller.trial.bench_emergency import bench_emergency

    figures = bench_emergency(nodes, runs, broker)
    if as_json:
        print_json(figures)
        return
    for name, title in (("emergency_ms", "Gọi → loa cuối kêu"), ("stop_ms", "Dừng → loa cuối im")):
        typer.echo(f"{title}: p50 {figures[name]['p50']} ms, p99 {figures[name]['p99']} ms")
    typer.echo(f"Đến được {figures['reached']}/{figures['reachable']} cụm loa, {figures['runs']} lần.")


@bench.command()
@told
def delivery(
    nodes: Annotated[int, typer.Option(min=1, max=9_000, help="Số cụm loa mô phỏng.")] = 1000,
    size: Annotated[int, typer.Option("--bytes", min=1024, max=64 << 20, help="Cỡ tệp âm thanh, byte.")] = 1
    << 20,
    loss: Annotated[int, typer.Option(min=0, max=50, help="Phần trăm gói âm thanh bị mất.")] = 0,
    broker: Annotated[
        Literal["auto", "embedded", "mosquitto"], typer.Option(help="Trạm trung chuyển MQTT.")
    ] = "auto",
    *,
    as_json: AsJson = False,
) -> None:
    """Từ lúc công bố kế hoạch đến khi mọi cụm loa có đủ tệp âm thanh và đã kiểm xong, gửi hết tốc độ."""
    from controller.trial.bench_delivery import bench_delivery

    figures = bench_delivery(nodes, size, broker, loss)
    if as_json:
        print_json(figures)
        return
    typer.echo(
        f"Đã có đủ: {figures['verified']}/{figures['nodes']} cụm loa sau {figures['verified_seconds']} s."
    )
    typer.echo(f"Chỉ đếm byte: {figures['counting_seconds']} s (gấp {figures['ratio']} lần).")
    typer.echo(f"Ổ cắm trần: {figures['raw_seconds']} s; nginx: {figures['nginx_seconds'] or 'chưa cài'}.")
    typer.echo(f"Âm thanh gửi tới trạm trung chuyển: {figures['published_ratio']} lần tệp.")
