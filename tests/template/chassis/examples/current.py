"""The application that the chassis is built around in the test's own process."""

app = None
