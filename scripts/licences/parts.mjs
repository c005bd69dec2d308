/**
 * A part that no package manager of ours lists.
 * @typedef {object} Part
 * @property {string} name
 * @property {string} licence
 * @property {string} what
 * @property {{ debian: string, says: RegExp } | { go: string, says: RegExp }} [proof] where its licence is read on
 *   a machine that has it: Debian's copyright file, or LICENSE of the Go module
 */

/**
 * In the images, beside the npm packages.
 * @type {readonly Part[]}
 */
export const IN_THE_IMAGES = [
  {
    name: 'Node.js',
    licence: 'MIT',
    what: 'with the libraries that its LICENSE lists; from the image `node`',
  },
  {
    name: 'Debian 12',
    licence: 'various',
    what: 'the base system; each package has its /usr/share/doc/<name>/copyright',
  },
  { name: 'Silero VAD', licence: 'MIT', what: 'model, in `@livekit/agents-plugin-silero`' },
  {
    name: "LiveKit's turn detector",
    licence: 'LiveKit Model License',
    what: 'model, in `@livekit/local-inference`: free with LiveKit Agents, with nothing else; used only with `TURN_DETECTION=local`',
  },
  { name: 'ONNX Runtime', licence: 'MIT', what: 'in `onnxruntime-node`; its GPU library is not fetched' },
  { name: 'WebRTC', licence: 'BSD-3-Clause', what: 'in `@livekit/rtc-ffi-bindings`' },
  {
    name: 'Sounds of agents-js',
    licence: 'CC-BY-4.0',
    what: 'keyboard-typing.ogg and keyboard-typing2.ogg by Anton, freesound.org, in `@livekit/agents`; not played',
  },
  { name: "The agent's last words", licence: 'MIT', what: 'our own sentences, spoken by espeak-ng' },
];

/**
 * Built or installed for the lab on the machine that runs it. We give none of them to anybody.
 * @type {readonly Part[]}
 */
export const IN_THE_LAB = [
  {
    name: 'livekit-server',
    licence: 'Apache-2.0',
    what: 'built with Go; the licences of its modules are in their sources',
    proof: { go: 'github.com/livekit/livekit-server', says: /Apache License\s+Version 2\.0/ },
  },
  {
    name: 'livekit-sip',
    licence: 'Apache-2.0',
    what: 'built with Go; links libopus, libopusfile and libsoxr of Debian',
    proof: { go: 'github.com/livekit/sip', says: /Apache License\s+Version 2\.0/ },
  },
  {
    name: 'Redis',
    licence: 'BSD-3-Clause',
    what: '7.0 as Debian has it',
    proof: { debian: 'redis-server', says: /BSD-3-clause/i },
  },
  {
    name: 'Kamailio',
    licence: 'GPL-2.0-or-later',
    what: 'the carrier',
    proof: { debian: 'kamailio', says: /GPL-2\.0\+|GPL-2\+/ },
  },
  { name: 'SIPp', licence: 'GPL-2.0-or-later', what: 'phones', proof: { debian: 'sip-tester', says: /GPL/ } },
  {
    name: 'baresip',
    licence: 'BSD-3-Clause',
    what: 'phones',
    proof: { debian: 'baresip-core', says: /BSD-3-clause/i },
  },
  {
    name: 'espeak-ng',
    licence: 'GPL-3.0-or-later',
    what: 'the voice, with its own voice data; no model is used',
    proof: { debian: 'espeak-ng', says: /either version 3 of the License/ },
  },
  {
    name: 'sox',
    licence: 'GPL-2.0-or-later',
    what: 'converts sound',
    proof: { debian: 'sox', says: /GPL-2/ },
  },
  {
    name: 'PostgreSQL',
    licence: 'PostgreSQL',
    what: 'for tests',
    proof: { debian: 'postgresql', says: /PostgreSQL|permission to use, copy, modify/i },
  },
];

/**
 * Images of others that docker-compose.yml names. Docker fetches them from their makers.
 * @type {readonly Part[]}
 */
export const BESIDE_IT = [
  { name: 'postgres', licence: 'PostgreSQL', what: 'always' },
  { name: 'caddy', licence: 'Apache-2.0', what: 'profile `tls`' },
  {
    name: 'n8n',
    licence: 'Sustainable Use License',
    what: 'profile `n8n`: fair-code, for your own business use',
  },
  {
    name: 'redis',
    licence: 'RSALv2 OR SSPL-1.0',
    what: 'profile `selfhost`: 7.4, free to run, not to sell as a service',
  },
  { name: 'livekit-server', licence: 'Apache-2.0', what: 'profile `selfhost`' },
  { name: 'livekit-sip', licence: 'Apache-2.0', what: 'profile `selfhost`' },
];
