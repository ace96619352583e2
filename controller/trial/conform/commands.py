"""`loa conform`: the command line of the conformance kit."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.terminal.commands import AsJson, print_json

if TYPE_CHECKING:  # the kit is loaded by this command alone: it takes longer than most commands run
    from controller.trial.conform.conform_command import ConformOptions

Node = Annotated[str, typer.Option(help="Tên (id) của cụm loa.")]
Broker = Annotated[str | None, typer.Option(help="Trạm MQTT của phòng thử: mqtt://…")]
NodeBroker = Annotated[str | None, typer.Option(help="Địa chỉ trạm đó mà cụm loa dùng, nếu khác.")]
Listen = Annotated[str, typer.Option(help="Nơi cụm loa nhập mã: ĐỊA_CHỈ:CỔNG.")]
Certificate = Annotated[Path | None, typer.Option(help="Chứng chỉ TLS cho nơi nhập mã.")]
PrivateKey = Annotated[Path | None, typer.Option(help="Khóa riêng của chứng chỉ đó.")]
NodeKey = Annotated[
    str | None, typer.Option(help="Khóa công khai của cụm loa, nếu cấu hình bằng tay, không nhập mã.")
]
Password = Annotated[str | None, typer.Option(help="Mật khẩu của cụm loa ở trạm MQTT, nếu trạm hỏi.")]
Power = Annotated[str | None, typer.Option(help="Lệnh tắt bật điện cụm loa, gọi với «off», rồi «on».")]
Home = Annotated[Path, typer.Option(help="Thư mục giữ khóa gốc của bộ thử.")]
Only = Annotated[list[str] | None, typer.Option(help="Chỉ xét các điều bắt đầu bằng: SIG, POL-1…")]
Attended = Annotated[bool, typer.Option("--attended", help="Có người ngắt điện và nhập mã.")]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="Thử cụm loa mô phỏng của Loa, chạy kèm trên máy này.")
]

OfBoard = Annotated[
    bool, typer.Option("--board", help="Thử chương trình loa-board, chạy kèm trên máy này, phát vào tệp.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to `loa`."""
    app.command()(conform)


def conform(
    node: Node = "kit-node",
    broker: Broker = None,
    node_broker: NodeBroker = None,
    listen: Listen = "127.0.0.1:0",
    certificate: Certificate = None,
    private_key: PrivateKey = None,
    node_key: NodeKey = None,
    node_password: Password = None,
    power_command: Power = None,
    home: Home = Path("var/conform"),
    only: Only = None,
    *,
    attended: Attended = False,
    simulated: Simulated = False,
    board: OfBoard = False,
    as_json: AsJson = False,
) -> None:
    """Thử một cụm loa theo mọi điều của giao thức; in bảng kết quả. Xem docs/conformance.md."""
    from controller.trial.conform.conform_command import ConformOptions

    options = ConformOptions(
        node=node,
        home=home,
        broker=broker,
        node_broker=node_broker,
        listen=listen,
        certificate=certificate,
        private_key=private_key,
        node_key=node_key,
        node_password=node_password,
        attended=attended,
        power_command=power_command,
        simulated=simulated,
        board=board,
        only=tuple(only or ()),
    )
    _run(options, as_json=as_json)


def _run(options: "ConformOptions", *, as_json: bool) -> None:
    from controller.trial.conform import report
    from controller.trial.conform.conform_command import conform as run_kit
    from controller.trial.conform.run import checks

    outcomes = run_kit(options)
    if as_json:
        print_json(report.as_json(options.node, checks(), outcomes))
    else:
        for line in report.table(checks(), outcomes):
            typer.echo(line)
    if not report.conforms(outcomes):
        raise typer.Exit(1)
