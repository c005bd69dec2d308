import { dirname, join, resolve } from 'node:path';

/** How many calls one line takes at once; each takes an RTP and an RTCP port. */
export const CALLS_PER_LINE = 8;
/** SIP and, next to it, baresip's TLS port; the control port; RTP. */
export const LINE_PORTS = { sip: 2, control: 1, rtp: CALLS_PER_LINE * 2 } as const;

export type LinePorts = { sip: number; control: number; rtp: number };
export type LineOptions = {
  /** The baresip program; its modules lie beside it, as Debian puts them. */
  command: string;
  dir: string;
  number: string;
  /** WAV file, read anew from its beginning for each call: 8 kHz, mono, 16 bit. */
  say: string;
  ports: LinePorts;
  carrierPort: number;
};

/** The files of a baresip that speaks `say` and records what it hears into `dir`. */
export const baresipFiles = ({
  command,
  dir,
  number,
  say,
  ports,
  carrierPort,
}: LineOptions): Record<string, string> => ({
  config: `${[
    `sip_listen 127.0.0.1:${ports.sip}`,
    'net_interface 127.0.0.1',
    `rtp_ports ${ports.rtp}-${ports.rtp + LINE_PORTS.rtp - 1}`,
    `call_max_calls ${CALLS_PER_LINE}`,
    'call_local_timeout 120',
    `audio_source aufile,${say}`,
    // A player that plays to nobody, so that what is heard is decoded and recorded.
    'audio_player aubridge,nil',
    'audio_alert aubridge,nil',
    // Else a status line a tenth of a second fills the log.
    'statmode_default off',
    `snd_path ${dir}`,
    `ctrl_tcp_listen 127.0.0.1:${ports.control}`,
    `module_path ${resolve(dirname(command), '../lib/baresip/modules')}`,
    ...['g711', 'aufile', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`),
    'module_tmp account.so',
    ...['menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`),
  ].join('\n')}\n`,
  accounts: `<sip:${number}@127.0.0.1:${carrierPort}>;regint=0;answermode=manual\n`,
  contacts: '',
});

/** Where a line keeps its files. */
export const lineDir = (phonesDir: string, number: string, line: number): string =>
  join(phonesDir, number, `line-${line}`);
