import { writeFileSync } from 'node:fs';
import { judgeEnvironment } from '../apps/agent/safety/judged/config.ts';
import { agentEnvironment } from '../apps/agent/src/config.ts';
import { bridgeEnvironment } from '../apps/bridge/src/config.ts';
import { cliEnvironment } from '../apps/cli/src/config.ts';
import { renderEnvExample, sharedEnvironment } from '../packages/runtime/src/index.ts';
import { composeEnvironment } from './deploy/compose-environment.ts';

const INTRO = `
# Copy this file to .env and fill in what stands without a "#"; every other line shows a default.
# .env.local beats .env (Docker Compose reads .env alone), and the real environment beats both. NAME_FILE reads the value of NAME from a file.
# One trunk is needed too: SIP_TRUNK_ID, or SIP_TRUNK_HOST with its login.
# Written by scripts/env-example.ts from the schemas that read it: change those, then run it again.
`;

/** The text of `.env.example`. */
export const envExample = (): string =>
  renderEnvExample(INTRO, [
    { title: 'Bridge and agent', fields: sharedEnvironment },
    { title: 'Bridge', fields: bridgeEnvironment },
    { title: 'Agent', fields: agentEnvironment },
    { title: 'pnpm test:judge', fields: judgeEnvironment },
    { title: 'Command line (it reads BRIDGE_URL, too)', fields: cliEnvironment },
    { title: 'Docker Compose', fields: composeEnvironment },
  ]);

if (import.meta.main) writeFileSync(new URL('../.env.example', import.meta.url), envExample());
