import type { FaultProxy, ProxiedRequest } from '@outdial/lab';
import type { FaultyStack } from './faulty-stack.ts';

/** A place on the way of a request at which the bridge is to die. */
export type Point = (request: ProxiedRequest) => boolean;

const isOf = (id: string | undefined, path: string): boolean => id === undefined || path.includes(`/${id}/`);

/** A client asks for a call. */
export const isDispatchRequest: Point = ({ path }) => path === '/dispatch';
/** The bridge asks LiveKit for a job. */
export const isCreateDispatch: Point = ({ path }) => path.endsWith('/CreateDispatch');
/** A job asks whether it may dial. */
export const isGrant: Point = ({ path }) => path.endsWith('/grant');
/** A job reports; with `id` the job of that call. */
export const isReport =
  (type: string, id?: string): Point =>
  ({ path, body }) =>
    path.endsWith('/reports') &&
    isOf(id, path) &&
    (JSON.parse(body.toString('utf8')) as { type?: string }).type === type;

/**
 * Kills the bridge when every one of `points` was reached and `facts` has come true. `before`: what reached a
 * point is never forwarded. `after`: it is, and its answer is lost. Requests of these points are dropped from then
 * on, until `bringBack`.
 */
export const killBridge = async (
  { outdial }: FaultyStack,
  reach: 'before' | 'after',
  proxy: FaultProxy,
  points: readonly Point[],
  facts: () => Promise<unknown> = async () => {},
): Promise<void> => {
  const reached = points.map(() => Promise.withResolvers<void>());
  const seen = new Set<number>();
  const killed = Promise.all(reached.map(({ promise }) => promise))
    .then(facts)
    .then(() => outdial.kill('bridge'));
  proxy.onRequest(async (request) => {
    const at = points.findIndex((point) => point(request));
    if (at < 0) return 'pass';
    const isFirst = !seen.has(at);
    seen.add(at);
    reached[at]?.resolve();
    if (reach === 'after' && isFirst) return 'forward-then-drop';
    await killed;
    return 'drop';
  });
  await killed;
};
