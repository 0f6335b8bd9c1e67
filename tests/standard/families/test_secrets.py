"""Checks for secrets. No secret here is real or written as one piece."""

from pathlib import Path

import pytest

from tests.standard.support import run_check
from tests.support import Content

# Concatenated, so that no scanner reports them in this repository.
AWS = "AKIA" + "QWERTYUIOPASDFGH"
GITHUB = "ghp_" + "q7Wm2ZxK9vB4nL8sT1yR5cD3fG6hJ0aPuEiO"
GITLAB = "glpat-" + "q7Wm2ZxK9vB4nL8sT1yR"
SLACK = "xoxb-" + "129856734012-q7Wm2ZxK9vB4nL8s"
STRIPE = "sk_live_" + "q7Wm2ZxK9vB4nL8sT1yR5cD3"
PRIVATE = (
    "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIICXQIBAAKBgQDfn1nKQshOSj8xw44oC2klFWSNLmK3\n"
)
RANDOM = "q7Wm2ZxK9v" + "B4nL8sT1yR5c"


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("DM701", {"a.py": "AKIA_REGION = 'eu'\n"}),
        ("DM701", {"a.py": f"KEY = '{AWS[:-7]}EXAMPLE'\n"}),
        ("DM701", {"a.py": f"KEY = '{GITHUB}'  # gitleaks:allow\n"}),
        ("DM701", {"a.yml": "url: postgres://user:${PASSWORD}@db.host.io/x\n"}),
        ("DM701", {"a.yml": "url: postgres://user:w7Qz3@localhost:5432/x\n"}),
        ("DM701", {"a.yml": "url: postgres://user:w7Qz3@db:5432/x\n"}),
        ("DM701", {"a.yml": "url: https://user:password@db.host.io/x\n"}),
        ("DM701", {"a.yml": "url: https://user:w7Qz3@host.example.com/x\n"}),
        ("DM701", {"README.md": "https://user:w7Qz3@db.host.io/x\n"}),
        ("DM701", {"tests/keys.py": f'KEY = """{PRIVATE}"""\n'}),
        ("DM701", {"a.py": f'TEST_KEY = """{PRIVATE}"""\n'}),
        ("DM701", {"a.py": '"-----BEGIN ' + 'PRIVATE KEY-----" in text\n'}),
        ("DM701", {"binary.p": b"\0" + AWS.encode()}),
        ("DS702", {"a.py": "password = get_password(settings)\n"}),
        ("DS702", {"a.py": "token = request.headers['x1y2z3a4b5c6']\n"}),
        ("DS702", {"a.py": "SECRET_KEY = 'change-me-before-2026-01'\n"}),
        ("DS702", {"a.py": "token_url = '/v1/oauth2/tokens12'\n"}),
        ("DS702", {"a.yml": "password: ${DB_PASSWORD_1_2}\nsecretName: iris-tls-2026-prod1\n"}),
        ("DS702", {"a.yml": "token_endpoint: https://login.host.io/a1b2c3/token\n"}),
        ("DS702", {"tests/test_a.py": f"TOKEN = '{RANDOM}'\n"}),
        ("DS702", {"docs/a.yml": f"token: {RANDOM}\n"}),
        ("DS702", {"config.example.yml": f"token: {RANDOM}\n"}),
        ("DS702", {"a.yml": f"token: {RANDOM}  # pragma: allowlist secret\n"}),
        (
            "DS702",
            {"pkg/a_test.go": f'token = "{RANDOM}"\n', "web/a.spec.ts": f"token: '{RANDOM}'\n"},
        ),
        (
            "DM701",
            {"app/google-services.json": '"AIza' + "q7Wm2ZxK9vB4nL8sT1yR5cD3fG6hJ0aPuE1" + '"'},
        ),
        ("DM703", {".env.example": f"TOKEN={RANDOM}\n"}),
        ("DM703", {".env": "LOG_LEVEL=debug\nPASSWORD=\nDB_PASSWORD=postgres\nTOKEN=${T}\n"}),
        ("DM703", {"tests/data/id_rsa": PRIVATE}),
        ("DM703", {"environment.py": f"TOKEN='{RANDOM}'\n"}),
    ],
)
def test_check_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert run_check(code, tmp_path, files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM701", {"a.py": f"\nKEY = '{AWS}'\n"}, "`a.py:2`: AWS key"),
        ("DM701", {"tests/a.py": f"KEY = '{GITHUB}'\n"}, "`tests/a.py:1`: GitHub token"),
        ("DM701", {"a.md": f"{GITLAB}\n"}, "`a.md:1`: GitLab token"),
        ("DM701", {"a.json": f'{{"a": "{SLACK}"}}'}, "Slack token"),
        ("DM701", {"a.sh": f"export A={STRIPE}\n"}, "Stripe key"),
        ("DM701", {"app/key.pem": PRIVATE}, "`app/key.pem:1`: private key"),
        ("DM701", {"a.json": '"' + PRIVATE.replace("\n", "\\n") + '"'}, "private key"),
        (
            "DM701",
            {"a.yml": "url: postgres://user:w7Qz3@db.host.io:5432/x\n"},
            "URL with a password",
        ),
        (
            "DM701",
            {"a.json": '"AIza' + "q7Wm2ZxK9vB4nL8sT1yR5cD3fG6hJ0aPuE1" + '"'},
            "Google key",
        ),
        ("DS702", {"a.py": f"SECRET_KEY = '{RANDOM}'\n"}, "`a.py:1`: value that looks random"),
        ("DS702", {"a.yml": f"db:\n  password: {RANDOM}\n"}, "`a.yml:2`"),
        ("DS702", {"a.json": f'{{"api_key": "{RANDOM}"}}'}, "`a.json:1`"),
        ("DS702", {"a.properties": f"spring.token={RANDOM}\n"}, "`a.properties:1`"),
        ("DM703", {".env": f"export DB_PASSWORD='{RANDOM}'\n"}, "`.env:1`: secret"),
        ("DM703", {"prod.env": "API_KEY=Hunter2Hunter2\n"}, "`prod.env:1`"),
        ("DM703", {"deploy/id_rsa": PRIVATE, "cert.p12": b"\0"}, "- `cert.p12`\n- `deploy/id_rsa`"),
    ],
)
def test_check_reports_finding(
    code: str, files: dict[str, Content], finding: str, tmp_path: Path
) -> None:
    assert finding in run_check(code, tmp_path, files).failed


@pytest.mark.parametrize("code", ["DM701", "DS702", "DM703"])
def test_secret_is_not_shown_in_the_report(code: str, tmp_path: Path) -> None:
    text = f"TOKEN={RANDOM}\nKEY={AWS}\nURL=postgres://user:w7Qz3@db.host.io/x\n"
    message = run_check(code, tmp_path, {".env": text}).failed
    assert message
    assert not [secret for secret in (RANDOM, AWS, "w7Qz3") if secret in message]
