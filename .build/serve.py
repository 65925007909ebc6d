"""serve.py FOLDER PORT -- a plain static server on the first free port from PORT up. Sends no special header: neither does the host."""
import errno
import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map,
                      ".wasm": "application/wasm", ".mjs": "text/javascript", ".js": "text/javascript"}

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")   # a rebuilt file must be seen; nothing depends on it
        super().end_headers()

    def log_message(self, *_):
        pass


folder, port = sys.argv[1], int(sys.argv[2])
for port in range(port, port + 100):
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=folder))
        break
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
else:
    sys.exit("No free port. Set PORT to another one.")
print(f"http://localhost:{port}/", flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass
