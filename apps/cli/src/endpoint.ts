/** A host and port as a URL names them. */
export type Endpoint = { readonly host: string; readonly port: number; readonly tls: boolean };

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

/** Where a URL leads; `null` when it is none of http, https, ws and wss. */
export const endpointOf = (url: string): Endpoint | null => {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  const usual = PORTS[protocol];
  if (usual === undefined) return null;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? usual : Number(port),
    tls: protocol === 'https:' || protocol === 'wss:',
  };
};
