import igtm.dashboard.delivery  # noqa: F401 - whatever shows a part of the dashboard, all that changes is sent
