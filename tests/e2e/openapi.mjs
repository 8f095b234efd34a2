// openapi.mjs FILE: what somebody else's linter (its recommended rules) finds in an OpenAPI document, one
// line a finding; the exit code says whether there was any. We give no licence's address in the document.
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '../node_modules/@redocly/openapi-core/lib/index.js';

const config = await createConfig({ extends: ['recommended'], rules: { 'info-license': 'off' } });
const found = await lintFromString({ source: readFileSync(process.argv[2], 'utf8'), absoluteRef: process.argv[2], config });
for (const x of found) { console.log(`${x.severity} ${x.ruleId}: ${x.message} ${x.location[0]?.pointer ?? ''}`); }
process.exit(found.length ? 1 : 0);
