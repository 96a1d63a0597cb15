// Prints what CHANGELOG.md says of a release. Fails when the tag is not the version of package.json, or there is nothing.
//   node scripts/release/notes.mjs v1.2.3
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The section of a version, without its heading; undefined where there is none, or it is empty. */
export const section = (changelog, version) => {
  const sections = changelog.split(/^## /m);
  const found = sections.find((text) => text.startsWith(`[${version}]`));
  return found?.slice(found.indexOf('\n')).trim() || undefined;
};

if (process.argv[1] === import.meta.filename) {
  const [tag] = process.argv.slice(2);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const notes = section(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version);
  if (tag === `v${version}` && notes !== undefined) {
    console.log(notes);
  } else {
    const reason = notes === undefined ? `CHANGELOG.md says nothing of ${version}` : '';
    console.error(reason || `the tag ${tag} is not that of version ${version}`);
    process.exitCode = 1;
  }
}
