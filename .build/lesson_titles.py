"""lesson_titles.py FOLDER -- the ids, names and titles of the lessons in FOLDER as JSON, for embed.html's poster: it says what it
will run before anything of the program is loaded. {"S4": "HTTP requests", "http": "HTTP requests", ...}; a name is its first id."""
import ast
import json
import pathlib
import sys


def said(call):
    return {keyword.arg: keyword.value.value for keyword in call.keywords if isinstance(keyword.value, ast.Constant)}


titles = {}
for file in sorted(pathlib.Path(sys.argv[1]).glob("[a-z][0-9][0-9]_*.py")):
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("lesson", "preset")]
    lesson = next(said(call) for call in calls if call.func.id == "lesson")
    titles[lesson["id"]] = titles[lesson["name"]] = lesson["title"]
    for call in calls:
        if call.func.id == "preset":
            titles[call.args[0].value] = said(call).get("title", lesson["title"])
print(json.dumps(titles, ensure_ascii=False))
