"""The pages: server-rendered Vietnamese, live by one stream a page; see docs/architecture.md."""
