"""Services with requirements files: a package with plain manifests, and a single module."""

from tests.legacy import Legacy

GREETER = Legacy(
    files={
        "requirements.txt": (
            "# web\n"
            "fastapi~=0.63.0\n"
            "uvicorn[standard]==0.13.3\n"
            "\n"
            "# greetings\n"
            "babel>=2.9  # names of days\n"
            'colorama; sys_platform == "win32"\n'
        ),
        "Dockerfile": (
            "FROM python:3.7\n"
            "COPY requirements.txt /usr/src/requirements.txt\n"
            "RUN pip install --no-cache-dir -r /usr/src/requirements.txt && pip install gunicorn\n"
            "EXPOSE 8080\n"
            "COPY ./service /service\n"
            "ENV GREETING hello there\n"
            'CMD ["uvicorn", "service.main:app", "--host", "0.0.0.0", "--port", "8080"]\n'
        ),
        "api.yaml": (
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: greeter-svc\n"
            "spec:\n  ports:\n    - port: 80\n      targetPort: 8080\n"
            "---\n"
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: greeter\n"
            "spec:\n  template:\n    spec:\n      containers:\n        - name: greeter\n"
            "          ports:\n            - containerPort: 8080\n"
        ),
        "README.md": "# greeter\n\nGreets people by their name.\n\n## Run\n\npip install -r it\n",
        "service/__init__.py": "",
        "service/main.py": (
            "from fastapi import FastAPI\n\n"
            "from service.api.routes import router\n\n"
            'app = FastAPI(title="greeter")\n'
            'app.include_router(router, prefix="/api/v1")\n\n\n'
            '@app.get("/ping")\ndef pong():\n    return {"ping": "pong!"}\n'
        ),
        "service/api/__init__.py": "",
        "service/api/routes.py": (
            "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
            '@router.get("/hello")\ndef hello(name: str = "you"):\n    return {"hello": name}\n'
        ),
    },
    answers={
        "adopted": True,
        "service_name": "greeter",
        "description": "Greets people by their name.",
        "package_path": "service",
        "app": "service.main:app",
        "service_port": 8080,
        "python_version": "3.11",
    },
    carried={
        "pyproject.toml": (
            '    # greetings\n    "babel>=2.9",  # names of days\n',
            "    \"colorama; sys_platform == 'win32'\",\n",
            '    "uvicorn[standard]",\n',
            '"gunicorn",\n',
        ),
        "Dockerfile": ('ENV GREETING="hello there"\n',),
    },
    todo=("api.yaml | kind: Deployment",),
    removed=("requirements.txt",),
    routes=("/ping", "/api/v1/hello?name=ada", "/openapi.json"),
)

FLAT = Legacy(
    files={
        "main.py": (
            '"""Counts."""\n\nimport os\n\nfrom fastapi import FastAPI\n\n'
            "from store import STORE\n\n"
            'api = FastAPI(title="counter")\n\n\n'
            '@api.get("/count")\nasync def count():\n    STORE.append(1)\n'
            '    return {"many": bool(STORE), "limit": int(os.getenv("LIMIT", "3"))}\n\n\n'
            'if __name__ == "__main__":\n    import uvicorn\n\n'
            '    uvicorn.run("main:api", port=8123)\n'
        ),
        "store.py": "STORE: list[int] = []\n",
        "requirements.txt": "fastapi\nuvicorn\n",
        "requirements-dev.txt": "-r requirements.txt\npytest\nhttpx\n",
        "Procfile": "web: uvicorn main:api --host 0.0.0.0 --port 8123\n",
        ".env": "LIMIT=3\n",
        "test_main.py": (
            "import pytest\nfrom fastapi.testclient import TestClient\n\nfrom main import api\n\n\n"
            "@pytest.mark.quick\ndef test_counts():\n"
            '    assert TestClient(api).get("/count").json()["many"]\n'
        ),
    },
    answers={
        "adopted": True,
        "service_name": "counter",
        "package_path": "counter",
        "app": "main:api",
        "service_port": 8123,
    },
    carried={
        "pyproject.toml": ('    "httpx",\n', 'packages = ["counter", "main.py"]\n'),
        "pytest.toml": ('testpaths = ["test_main.py", "tests"]\n', 'markers = ["quick"]\n'),
    },
    removed=("requirements.txt", "requirements-dev.txt"),
    routes=("/count", "/openapi.json"),
    tests="test_main.py",
)
