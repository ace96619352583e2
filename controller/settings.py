"""Every setting of the station, read from the environment as LOA_*; see docs/settings.md."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from tts.manners import Region, Register

BrokerChoice = Literal["auto", "embedded", "mosquitto"]
PRACTICE_PROVINCE = "tap-duot"
"""Code of a province that does not exist, for practice: no real loudspeaker belongs to one of its areas."""


class Settings(BaseSettings):
    """Settings of a province; every field is an environment variable with the prefix LOA_."""

    model_config = SettingsConfigDict(env_prefix="LOA_", extra="ignore", frozen=True)

    home: Path = Field(default=Path("var"), description="Folder of everything that the station keeps.")
    database_url: str = Field(
        default="", description="SQLAlchemy address of the database; empty means SQLite in the home folder."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the pages are served.")
    port: int = Field(default=8056, ge=0, le=65535, description="Port of the pages; 0 takes a free one.")
    recordings: str = Field(
        default="",
        description="Finished recordings, shared by all machines: a folder, or s3://bucket/prefix; by "
        "default in the home folder.",
    )
    uploads: str = Field(
        default="",
        description="Uploaded sounds, shared by all machines: a folder, or s3://bucket/prefix; by default in "
        "the home folder.",
    )
    s3_endpoint: str = Field(
        default="", description="Address of the S3 server, https://…; empty: Amazon's of the region."
    )
    s3_region: str = Field(default="us-east-1", description="Region of the bucket, as its server names it.")
    s3_credentials: Path | None = Field(
        default=None,
        description="File with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY that its owner alone may read; "
        "unset: they are in the environment.",
    )
    s3_authority: Path | None = Field(
        default=None, description="Certificate (PEM) of the authority that the S3 server's own is signed by."
    )
    s3_near_megabytes: int = Field(
        default=2048, ge=100, description="Copies of what is in S3 that this machine keeps at hand, MB."
    )
    broker: BrokerChoice = Field(
        default="auto",
        description="Broker started as a child: embedded, mosquitto, or auto (mosquitto where installed).",
    )
    broker_url: str = Field(
        default="", description="Address of a broker that already runs (mqtt://…); then none is started."
    )
    audio_broker_url: str = Field(
        default="",
        description="Address of the same broker with a user of its own for audio; by default the station's.",
    )
    clock_broker_url: str = Field(
        default="",
        description="Address of the same broker with a user of its own for clocks; by default the station's.",
    )
    nodes_broker_url: str = Field(
        default="", description="Address of the broker as nodes reach it; by default the station's own."
    )
    broker_leaves: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9]{0,15}=mqtts?://\S+( +|$))*$",
        description="Leaves of a tree of brokers, name=URL with spaces between, as loa broker writes them.",
    )
    broker_passwords: Path | None = Field(
        default=None, description="Mosquitto's password file, which the station keeps; unset: nobody's."
    )
    address: str = Field(
        default="",
        description="Address under which nodes and people reach the pages; by default host and port.",
    )
    province: str = Field(default="56", description="Official code of the province.")
    nodes_per_commune: int = Field(default=2, ge=0, le=100, description="Simulated nodes in each commune.")
    first_people: bool = Field(
        default=True,
        description="Make three people with fresh passwords at the first start, for a first look.",
    )
    require_totp: bool = Field(
        default=True,
        description="Approvers, technicians and administrators must have a second factor (TOTP).",
    )
    oidc_issuer: str = Field(
        default="", description="Address of an OpenID provider by which people may sign in, too; empty: none."
    )
    oidc_client: str = Field(default="", description="Name under which this station is registered there.")
    oidc_secret: str = Field(default="", repr=False, description="The secret that the provider gave for it.")
    oidc_name: str = Field(default="cơ quan", description="Whose accounts these are, as the button says it.")
    oidc_claim: str = Field(
        default="groups", description="Claim of the ID token that gives roles; a dot leads into an object."
    )
    oidc_roles: Path | None = Field(
        default=None,
        description="CSV file (value,role,area): which value of the claim gives which role in which area.",
    )
    oidc_administrators: bool = Field(
        default=False, description="Whether that file may give the role administrator, too."
    )
    oidc_session_minutes: int = Field(
        default=480,
        ge=15,
        le=1440,
        description="Minutes after which the provider has to let a person in again.",
    )
    engine: str = Field(default="loa", description="Voice engine tried first: loa, gtts, piper or espeak.")
    voice: str = Field(default="", description="Voice of the engine; empty is its first one.")
    rate: float = Field(default=1.0, ge=0.5, le=2.0, description="Speaking rate; 1 is natural.")
    fallback_engine: str = Field(default="loa", description="Engine used when the first one fails.")
    region: Region = Field(default="north", description="Whose number words are said: north, central, south.")
    reading_register: Register = Field(
        default="radio",
        description="How texts are said: radio (as an announcer), literal (all that is written).",
    )
    voices: Path | None = Field(
        default=None,
        description="Folder of voices that were added; by default the folder voices in the home folder.",
    )
    speech_cache: Path | None = Field(
        default=None, description="Folder of spoken phrases; by default the folder speech in the home folder."
    )
    speech_workers: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Processes that speak in parallel; 0: this station speaks nothing.",
    )
    render: int = Field(
        default=1,
        ge=0,
        le=16,
        description="Recordings made at once, those for emergencies aside; 0: `loa speech-worker` makes all.",
    )
    loudness_lufs: float = Field(default=-16.0, ge=-30, le=-9, description="Loudness of a recording, LUFS.")
    true_peak_dbtp: float = Field(default=-1.0, ge=-9, le=-0.1, description="Highest true peak, dBTP.")
    bitrate_kbps: Literal[32, 40, 48, 56, 64] = Field(
        default=48, description="Bit rate of a recording, kbit/s."
    )
    opus_kbps: Literal[0, 16, 20, 24] = Field(
        default=0,
        description="Bit rate of a second coding, in Opus, for nodes on metered links, kbit/s; 0: none.",
    )
    pace_bytes_per_second: int = Field(
        default=200_000,
        ge=4_000,
        description="Bytes a second sent to each node: half of what the slowest link carries.",
    )
    uplink_bytes_per_second: int = Field(
        default=100_000_000,
        ge=100_000,
        description="Bytes a second that the broker's line carries to all nodes together.",
    )
    plan_days: int = Field(
        default=3,
        ge=1,
        le=14,
        description="Days ahead that loudspeakers know their plan, and fetch its recordings.",
    )
    lead_seconds: float = Field(
        default=6.0,
        ge=0.5,
        description="Least time from a plan's publication to its start, beside the transfer.",
    )
    emergency_lead_seconds: float = Field(
        default=0.27,
        ge=0,
        le=5,
        description="Time from the call of a prepared emergency to its one start at all nodes that have it.",
    )
    settle_seconds: float = Field(
        default=3.0,
        ge=0,
        description="After a start nothing is judged missed for so long: waiting receipts are read first.",
    )
    quiet_begins: str = Field(
        default="22:00", pattern=r"^\d\d:\d\d$", description="Quiet hours begin (wall time)."
    )
    quiet_ends: str = Field(
        default="04:30", pattern=r"^\d\d:\d\d$", description="Quiet hours end (wall time)."
    )
    loudest_volume: int = Field(default=90, ge=0, le=100, description="Loudest volume, percent.")
    minutes_a_day: int = Field(
        default=180, ge=1, description="Minutes a day that may sound, emergencies aside."
    )
    recordings_kept_days: int = Field(
        default=730,
        ge=60,
        le=36_500,
        description="Days for which a recording stays after its last airing and its approval have ended.",
    )
    receipts_kept_years: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Whole years before this one whose receipts stay in the database; unset: of all years.",
    )
    archives: Path | None = Field(
        default=None,
        description="Folder of the years' archives, best on another disk; by default in the home folder.",
    )
    backups: Path | None = Field(
        default=None,
        description="Folder of the backups that the page makes, best on another disk; unset: it makes none.",
    )
    backup_to: str = Field(
        default="",
        pattern=r"^(age1[0-9a-z]{58}( +|$))*$",
        description="Public keys of age for which backups are encrypted, age1…, with spaces between.",
    )
    phrases_megabytes: int = Field(
        default=2048, ge=100, description="Spoken phrases that are kept for bulletins to come, MB."
    )
    security_log_days: int = Field(
        default=365, ge=1, le=36_500, description="Days for which the security log keeps what was refused."
    )
    security_syslog: str = Field(
        default="",
        description="Where the security log and the journal's checkpoints also go: /dev/log, or host:port.",
    )
    journal_checkpoints: Path | None = Field(
        default=None,
        description="File, best on another machine's disk, to which checkpoints of the journal are appended.",
    )
    notice_mail: str = Field(
        default="",
        description="Apprise address that sends mail, with {to} for who gets it; empty: no mail is sent.",
    )
    notice_sms: str = Field(
        default="", description="Apprise address of an SMS gateway, with {to} for the telephone number."
    )
    notice_chat: str = Field(
        default="", description="Apprise address of a chat such as Telegram, with {to} for who gets it."
    )
    push_services: str = Field(
        default="fcm.googleapis.com push.services.mozilla.com notify.windows.com push.apple.com",
        description="Hosts, with all below them, to which pushes to people's browsers are sent; no others.",
    )
    standbys: int = Field(
        default=0, ge=0, le=8, description="Stations that stand by, so that a missing one is told; 0: none."
    )
    contact_mail: str = Field(
        default="", description="Mail address of the office that public feeds name as their owner."
    )
    hub_url: str = Field(
        default="",
        description="Address of the hub that hands down documents and gets figures; empty: none.",
    )
    hub_key: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_-]{43}( [A-Za-z0-9_-]{43})?)?$",
        description="Public key that signs the hub's feed, and a space and the next one while it is renewed.",
    )
    traces_url: str = Field(
        default="",
        description="Address of a collector for traces of airings, OTLP over HTTP; empty: none are made.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much goes into the log file var/loa.log."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Form of its lines: text, or JSON objects for a log collector."
    )

    @property
    def is_practice(self) -> bool:
        """Return whether this is a practice station: every page says so, and it tells nobody outside."""
        return self.province == PRACTICE_PROVINCE

    @property
    def push_hosts(self) -> tuple[str, ...]:
        """Return the hosts of push services; `-` stands for none, so that nothing is sent anywhere."""
        return tuple(self.push_services.lower().split()) or ("-",)

    @property
    def leaf_urls(self) -> dict[str, str]:
        """Return the addresses of the leaves of the tree of brokers, by name."""
        return dict(one.split("=", 1) for one in self.broker_leaves.split())

    @property
    def hub_keys(self) -> tuple[str, ...]:
        """Return the public keys by which the hub's feed is believed; none: there is no hub."""
        return tuple(self.hub_key.split()) if self.hub_url and not self.is_practice else ()

    @property
    def database(self) -> str:
        """Return the database's URL, never empty."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'loa.sqlite'}"

    @property
    def recordings_place(self) -> str:
        """Return where finished recordings are: a folder, or s3://…; see `host.sound_stores`."""
        return self.recordings or str(self.home / "recordings")

    @property
    def uploads_place(self) -> str:
        """Return where uploaded sounds are, likewise."""
        return self.uploads or str(self.home / "uploads")

    @property
    def archives_dir(self) -> Path:
        """Return the folder of the years' archives."""
        return self.archives or self.home / "archives"

    @property
    def backup_keys(self) -> tuple[str, ...]:
        """Return the public keys for which backups are encrypted; none: they are not."""
        return tuple(self.backup_to.split())

    @property
    def speech_cache_dir(self) -> Path:
        """Return the folder of cached phrases and of the prepared voice."""
        return self.speech_cache or self.home / "speech"

    @property
    def voices_dir(self) -> Path:
        """Return the folder of voices that an operator added."""
        return self.voices or self.home / "voices"

    @property
    def keys_dir(self) -> Path:
        """Return the folder of the station's own key (mode 0600)."""
        return self.home / "keys"

    @property
    def horizon(self) -> timedelta:
        """Return how far ahead airings enter the plans."""
        return timedelta(days=self.plan_days)

    @property
    def lead(self) -> timedelta:
        """Return the least head start of a plan."""
        return timedelta(seconds=self.lead_seconds)

    @property
    def emergency_lead(self) -> timedelta:
        """Return the head start of an emergency that nodes already hold."""
        return timedelta(seconds=self.emergency_lead_seconds)
