"""The limited application, for a page of another origin."""

from fastapi.middleware.cors import CORSMiddleware
from limited import app as _limited

ORIGIN = "https://page.example"

app = CORSMiddleware(_limited, allow_origins=[ORIGIN])
