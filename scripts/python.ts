import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Makes a virtual environment under node_modules/.cache with what `folder`/requirements.txt pins, unless
 * it is there already; gives the path of its interpreter.
 */
export function preparePython(name: string, folder: string): string {
  const venv = `node_modules/.cache/${name}`;
  const python = `${venv}/bin/python`;
  const requirements = `${folder}/requirements.txt`;
  const version = execFileSync('python3', ['--version'], { encoding: 'utf8' });
  const wanted = version + readFileSync(requirements, 'utf8');
  const stamp = `${venv}/made-of.txt`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  rmSync(venv, { recursive: true, force: true });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', venv);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  run(python, ...pip, '--no-deps', '--only-binary', ':all:', '-r', requirements);
  writeFileSync(stamp, wanted);
  return python;
}
