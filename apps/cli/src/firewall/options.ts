import type { Profile } from './settings.ts';

/** The options of `outdial firewall render`, as they were typed. */
export type FirewallOptions = {
  readonly profile: Profile;
  readonly bridgeAddress?: string | undefined;
  readonly bridgeAddress6?: string;
  readonly allowFrom: readonly string[];
  readonly publicPort: number;
  readonly proxyPort: number;
  readonly hairpin?: string;
  readonly carrier: readonly string[];
  readonly carrierMedia: readonly string[];
  readonly sipPort?: number;
  readonly rtpPorts?: string;
  readonly restrictEgress?: true;
  readonly wanList: string;
  readonly lanList: string;
};
