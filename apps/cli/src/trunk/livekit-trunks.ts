import {
  ListUpdate,
  SIPMediaConfig,
  type SIPOutboundTrunkInfo,
  SIPOutboundTrunkUpdate,
  SIPTransport,
} from '@livekit/protocol';
import { offeredCodecs } from '@outdial/telephony';
import { CliError } from '../errors.ts';
import { createLiveKitClients, livekitFaultOf } from '../livekit.ts';
import type { LiveKitAccess } from '../livekit-access.ts';
import type { TrunkChange } from './plan-trunk.ts';
import type { Trunk, WantedTrunk } from './trunk.ts';

/** Our words for transports as LiveKit numbers them. */
export const TRANSPORTS = {
  auto: SIPTransport.SIP_TRANSPORT_AUTO,
  udp: SIPTransport.SIP_TRANSPORT_UDP,
  tcp: SIPTransport.SIP_TRANSPORT_TCP,
  tls: SIPTransport.SIP_TRANSPORT_TLS,
} as const;

/** LiveKit's number of a transport as our word. */
export const transportOf = (value: SIPTransport): Trunk['transport'] => {
  switch (value) {
    case SIPTransport.SIP_TRANSPORT_UDP:
      return 'udp';
    case SIPTransport.SIP_TRANSPORT_TCP:
      return 'tcp';
    case SIPTransport.SIP_TRANSPORT_TLS:
      return 'tls';
    default:
      return 'auto';
  }
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

const foreignOf = (info: SIPOutboundTrunkInfo): string[] =>
  (['metadata', 'headers', 'headersToAttributes', 'attributesToHeaders'] as const).filter(
    (name) => !isEmpty(info[name]),
  );

/** LiveKit's description of a trunk as ours. */
export const trunkOf = (info: SIPOutboundTrunkInfo): Trunk => ({
  id: info.sipTrunkId,
  name: info.name,
  address: info.address,
  transport: transportOf(info.transport),
  numbers: info.numbers,
  username: info.authUsername,
  // Stars stand for a password that is not shown.
  password: /^\*+$/.test(info.authPassword) ? '' : info.authPassword,
  fromHost: info.fromHost,
  country: info.destinationCountry.toLowerCase(),
  codecs:
    info.media?.onlyListedCodecs === true
      ? info.media.codecs.map(({ name }) => name).filter((name) => name !== 'telephone-event')
      : [],
  foreign: foreignOf(info),
});

/** The media settings of a trunk that offers only these codecs; what else `before` says stays. */
export const mediaOf = (codecs: readonly string[], before = new SIPMediaConfig()): SIPMediaConfig => {
  const media = before.clone();
  media.onlyListedCodecs = codecs.length > 0;
  media.codecs =
    codecs.length === 0
      ? []
      : new SIPMediaConfig({ codecs: offeredCodecs(codecs).map((name) => ({ name, rate: 8000 })) }).codecs;
  return media;
};

const MENDS = {
  key_refused:
    'check LIVEKIT_API_KEY and LIVEKIT_API_SECRET, that both are of this project, and the clock of this machine',
  no_telephony: 'give it Redis and a livekit-sip',
  not_livekit: 'check LIVEKIT_URL',
  unreachable: 'check LIVEKIT_URL, and that the firewall lets this machine out to it',
  error: 'nothing is known to be changed; look at it with: outdial trunk plan',
} as const;

const trunkError = (url: string, error: unknown): CliError => {
  const { kind, seen } = livekitFaultOf(error);
  const said = kind === 'error' && error instanceof Error ? `${seen}: ${error.message}` : seen;
  return new CliError(`LiveKit at ${url}: ${said}; ${MENDS[kind]}.`, { cause: error });
};

/** The outbound trunks of a LiveKit project. Nothing is ever deleted. */
export type Trunks = {
  list(): Promise<readonly Trunk[]>;
  /** Gives the new trunk's id. */
  create(name: string, wanted: WantedTrunk): Promise<string>;
  /** Sends only what differs. */
  change(id: string, wanted: WantedTrunk, changes: readonly TrunkChange[]): Promise<void>;
};

/** LiveKit's trunks, as the key of the environment sees them. Rejects with CliError. */
export const createTrunks = (access: LiveKitAccess): Trunks => {
  const { sip } = createLiveKitClients(access);
  const asked = async <T>(request: Promise<T>): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      throw trunkError(access.url, error);
    }
  };
  const infos = () => asked(sip.listSipOutboundTrunk());

  return {
    list: async () => (await infos()).map(trunkOf),
    create: async (name, wanted) => {
      const made = await asked(
        sip.createSipOutboundTrunk(name, wanted.address, [...wanted.numbers], {
          transport: TRANSPORTS[wanted.transport],
          destinationCountry: wanted.country,
          authUsername: wanted.username,
          authPassword: wanted.password,
          ...(wanted.codecs.length === 0 ? {} : { media: mediaOf(wanted.codecs) }),
        }),
      );
      // The SDK's request to create has no place for it.
      if (wanted.fromHost !== '') {
        const update = new SIPOutboundTrunkUpdate({ fromHost: wanted.fromHost });
        await asked(sip.updateSipOutboundTrunkFields(made.sipTrunkId, update));
      }
      return made.sipTrunkId;
    },
    change: async (id, wanted, changes) => {
      const before = (await infos()).find((info) => info.sipTrunkId === id);
      if (before === undefined)
        throw new CliError(`The trunk ${id} is gone from LiveKit; nothing was changed.`);
      const update = new SIPOutboundTrunkUpdate();
      for (const { field, to } of changes) {
        switch (field) {
          case 'name':
            update.name = to;
            break;
          case 'address':
            update.address = wanted.address;
            break;
          case 'transport':
            update.transport = TRANSPORTS[wanted.transport];
            break;
          case 'numbers':
            update.numbers = new ListUpdate({ set: [...wanted.numbers] });
            break;
          case 'username':
            update.authUsername = wanted.username;
            break;
          case 'password':
            update.authPassword = wanted.password;
            break;
          case 'fromHost':
            update.fromHost = wanted.fromHost;
            break;
          case 'country':
            update.destinationCountry = wanted.country;
            break;
          case 'codecs':
            update.media = mediaOf(wanted.codecs, before.media);
            break;
        }
      }
      await asked(sip.updateSipOutboundTrunkFields(id, update));
    },
  };
};
