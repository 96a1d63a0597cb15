// The programs of a document: its ts blocks, type-checked and run as a user's would be.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { DocumentError } from './blocks.mjs';

const TIMEOUT_MS = 60_000;

/** Text at the lines at which it stands in the document, so that an error is told where it is to be mended. */
function atTheirLines(blocks) {
  const lines = [];
  for (const { line, text } of blocks) {
    while (lines.length < line - 1) lines.push('');
    lines.push(...text.split('\n'));
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Writes the ts and js blocks of a document to its folder: those that are files by their names, the others
 * as program-1.ts and so on. Gives the sources to check, and which of them are to be run.
 */
export function writePrograms(blocks, folder) {
  const scripts = blocks.filter(({ language }) => language === 'ts' || language === 'js');
  const programs = [];
  for (const block of scripts.filter(({ use }) => use !== 'file')) {
    const last = programs.at(-1);
    const own =
      'alone' in block.options || block.use === 'not run' || block.language !== last?.language;
    if (own || last.closed) {
      const closed = 'alone' in block.options || block.use === 'not run';
      programs.push({ ...block, closed, blocks: [block] });
    } else last.blocks.push(block);
  }
  const written = programs.map((program, index) => {
    const file = join(folder, `program-${index + 1}.${program.language}`);
    writeFileSync(file, atTheirLines(program.blocks));
    return { ...program, file };
  });
  const files = scripts
    .filter(({ use, language, options }) => use === 'file' && options.file && language === 'ts')
    .map((block) => ({ ...block, file: join(folder, block.options.file), isFile: true }));
  return [...written, ...files];
}

/** @throws Error with everything that TypeScript has to say about the ts sources of all documents */
export async function checkTypes(root, sources) {
  const { default: ts } = await import('typescript'); // takes a second
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { outDir, rootDir, ...own } = config.compilerOptions;
  const { options } = ts.convertCompilerOptionsFromJson({ ...own, noEmit: true }, root);
  const typed = sources.filter(({ language }) => language === 'ts');
  const program = ts.createProgram(
    typed.map(({ file }) => file),
    options,
  );
  const found = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const source = typed.find(
      (each) => file !== undefined && ts.sys.resolvePath(each.file) === file.fileName,
    );
    const line =
      (file?.getLineAndCharacterOfPosition(start).line ?? 0) + (source?.isFile ? source.line : 1);
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return new DocumentError(source?.document ?? file?.fileName, line, message).message;
  });
  if (found.length > 0) throw new Error(found.join('\n'));
}

/** Runs a program in its folder. @throws DocumentError unless it ends by itself, with status 0 */
export function runProgram({ file, language, document, line }, { folder, env }) {
  const compiled = file.replace(/\.[jt]s$/, '.mjs');
  const source = readFileSync(file, 'utf8');
  writeFileSync(compiled, transformSync(source, { loader: language, target: 'node20.19' }).code);
  const run = spawnSync(process.execPath, [compiled], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (run.status === 0) return;
  const why = run.error?.message ?? `ended with ${run.status ?? run.signal}`;
  throw new DocumentError(document, line, `the program ${why}\n${run.stdout}${run.stderr}`);
}
