// bad_server.js PORTFILE - a server that lies or breaks off, by the first part of the path.
'use strict';
const net = require('net');
const server = net.createServer((s) => {
    let seen = '';
    s.on('error', () => {});
    s.on('data', (d) => {
        seen += d.toString('latin1');
        if (!seen.includes('\r\n\r\n')) return;
        const how = /^\w+ \/([a-z-]+)/.exec(seen);
        const answer = (status, body, length) => s.end(`HTTP/1.1 ${status}\r\n` +
            'Content-Type: application/vnd.docket.bundle\r\n' +
            `Content-Length: ${length === undefined ? body.length : length}\r\n\r\n${body}`);
        switch (how ? how[1] : '') {
        case 'hang-up': s.destroy(); break;
        case 'half-answer': answer('200 OK', 'DKT', 5000); break;
        case 'garbage': answer('200 OK', 'x'.repeat(700)); break;
        case 'empty': answer('200 OK', ''); break;
        default: answer('404 Not Found', 'no');
        }
    });
});
server.listen(0, '127.0.0.1', () => require('fs').writeFileSync(process.argv[2], String(server.address().port)));
