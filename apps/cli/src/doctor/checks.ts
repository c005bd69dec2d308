import type { Check } from './check.ts';
import { agentCheck } from './checks/agent.ts';
import { bridgeCheck, databaseCheck } from './checks/bridge.ts';
import { bridgeKeyCheck } from './checks/bridge-key.ts';
import { bridgeVersionCheck } from './checks/bridge-version.ts';
import { callbackHostCheck } from './checks/callback-host.ts';
import { callerIdCheck } from './checks/caller-id.ts';
import { carrierHostCheck } from './checks/carrier-host.ts';
import { clockCheck } from './checks/clock.ts';
import { deadLettersCheck } from './checks/dead-letters.ts';
import { diskCheck } from './checks/disk.ts';
import { agentEnvironmentCheck, bridgeEnvironmentCheck } from './checks/environment.ts';
import { foldersCheck } from './checks/folders.ts';
import { livekitHostCheck } from './checks/livekit-host.ts';
import { livekitKeyCheck } from './checks/livekit-key.ts';
import { livekitVersionCheck } from './checks/livekit-version.ts';
import { cartesiaHostCheck, openaiHostCheck } from './checks/model-hosts.ts';
import { playbooksCheck } from './checks/playbooks.ts';
import { portsCheck } from './checks/ports.ts';
import { recentCallsCheck } from './checks/recent-calls.ts';
import { regionCheck } from './checks/region.ts';
import { sipVersionCheck } from './checks/sip-version.ts';
import { trunkCheck } from './checks/trunk.ts';
import { trunkNumbersCheck } from './checks/trunk-numbers.ts';
import { trunkSettingsCheck } from './checks/trunk-settings.ts';

/** Every check, in the order in which it is shown: what others rest on comes first. */
export const CHECKS: readonly Check[] = [
  bridgeEnvironmentCheck,
  agentEnvironmentCheck,
  clockCheck,
  livekitHostCheck,
  livekitKeyCheck,
  livekitVersionCheck,
  sipVersionCheck,
  callerIdCheck,
  trunkCheck,
  trunkNumbersCheck,
  trunkSettingsCheck,
  carrierHostCheck,
  regionCheck,
  cartesiaHostCheck,
  openaiHostCheck,
  callbackHostCheck,
  agentCheck,
  bridgeCheck,
  databaseCheck,
  bridgeKeyCheck,
  bridgeVersionCheck,
  foldersCheck,
  diskCheck,
  portsCheck,
  playbooksCheck,
  recentCallsCheck,
  deadLettersCheck,
];
