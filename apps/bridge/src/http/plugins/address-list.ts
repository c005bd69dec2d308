import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { type AddressRange, isInRanges } from '../../domain/address-range.ts';
import { HttpError } from '../../errors.ts';

const plugin = async (app: FastifyInstance, options: { allowed: readonly AddressRange[] }): Promise<void> => {
  if (options.allowed.length === 0) return;
  app.addHook('onRequest', async (request) => {
    // Health checks tell nothing; agents and LiveKit (whose cloud has no fixed addresses) sign what they send.
    const access = request.routeOptions.config.access;
    if (access === 'open' || access === 'signed' || isInRanges(request.ip, options.allowed)) return;
    throw new HttpError(
      'address_not_allowed',
      `Requests from ${request.ip} are not taken: add the address to BRIDGE_IP_ALLOWLIST. If it is that of your proxy, name the proxy in BRIDGE_TRUST_PROXY.`,
    );
  });
};

/** `BRIDGE_IP_ALLOWLIST`: who is not on it is turned away before a key is looked at. Empty: everybody is heard. */
export const addressList = fp(plugin, { name: 'address-list', dependencies: ['error-answers'] });
