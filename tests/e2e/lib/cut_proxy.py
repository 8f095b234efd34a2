"""cut_proxy.py TARGET HOW N: a line that breaks. Prints its port, serves N requests, then ends.

HOW answer:K passes the request on whole and the answer only to its K-th part (2: half) before the
connection is closed; request:K cuts the request likewise, so that the server never sees it whole.
"""
import socket
import sys

host, port = sys.argv[1].rsplit("/", 1)[-1].rsplit(":", 1)
how, part = sys.argv[2].split(":")
part = int(part)


def read_message(s):
    """One HTTP message with a Content-Length, or all there is until the other side closes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            return data
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = None
    for line in head.split(b"\r\n")[1:]:
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"expect":
            s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while length is None or len(body) < length:
        more = s.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
for _ in range(int(sys.argv[3])):
    client, _ = listener.accept()
    request = read_message(client)
    if how == "answer":
        with socket.create_connection((host, int(port))) as server:
            # One answer a connection, so that its end is plain whatever its framing.
            server.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = b""
            while True:
                more = server.recv(65536)
                if not more:
                    break
                answer += more
        at = answer.index(b"\r\n\r\n") + 4
        client.sendall(answer[: at + (len(answer) - at) // part])
    client.close()
