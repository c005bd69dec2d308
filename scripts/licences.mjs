import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licencesPage } from './licences/page.mjs';
import { repository } from './setup/paths.mjs';

// node scripts/licences.mjs: writes docs/licences.md anew.
writeFileSync(join(repository, 'docs', 'licences.md'), licencesPage());
