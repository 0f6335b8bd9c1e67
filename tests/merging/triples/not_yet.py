"""What does not come out as written today: each that does is struck off, and none is added."""

NOT_YET = {
    "github: yours renames a step whose action the release raises",
    "pipfile: both sides add other packages",
    "requirements: one package under two spellings",
}
