import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** Whether a SIP element on loopback answers an OPTIONS request, with whatever status, within `limitMs`. */
export const answersOptions = (port: number, limitMs = 50): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answered: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(answered);
    };
    const timer = setTimeout(finish, limitMs, false);
    socket.once('error', () => finish(false));
    socket.once('message', (message) => finish(message.toString('latin1').startsWith('SIP/2.0 ')));
    socket.bind(0, '127.0.0.1', () => {
      const own = `127.0.0.1:${socket.address().port}`;
      const id = randomBytes(8).toString('hex');
      const request = [
        `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${own};rport;branch=z9hG4bK${id}`,
        'Max-Forwards: 10',
        `From: <sip:lab@${own}>;tag=${id}`,
        `To: <sip:127.0.0.1:${port}>`,
        `Call-ID: ${id}@lab`,
        'CSeq: 1 OPTIONS',
        `Contact: <sip:lab@${own}>`,
        'Accept: application/sdp',
        'Content-Length: 0',
        '\r\n',
      ];
      socket.send(request.join('\r\n'), port, '127.0.0.1');
    });
  });
