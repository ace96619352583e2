"""`loa bench …`: what a station does in the worst case, measured on throw-away data."""

from typing import Annotated, Literal

import typer

from controller.told import AsJson, print_json, told

bench = typer.Typer(help="Đo đài trên dữ liệu dùng một lần.", no_args_is_help=True)


@bench.callback()
def _group() -> None:
    """Keep the subcommand's name even while it is the only one."""


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
