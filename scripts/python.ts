import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Makes a virtual environment under node_modules/.cache with what `folder`/requirements.txt pins, unless
 * it is there already; gives the path of its interpreter. Several processes may do so at a time.
 */
export function preparePython(name: string, folder: string): string {
  const venv = `node_modules/.cache/${name}`;
  const requirements = `${folder}/requirements.txt`;
  const version = execFileSync('python3', ['--version'], { encoding: 'utf8' });
  const wanted = version + readFileSync(requirements, 'utf8');
  const isMade = (): boolean => {
    const stamp = `${venv}/made-of.txt`;
    return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  };
  if (!isMade()) {
    const fresh = `${venv}.${String(process.pid)}`;
    make(fresh, requirements);
    writeFileSync(`${fresh}/made-of.txt`, wanted);
    if (isMade()) {
      rmSync(fresh, { recursive: true });
    } else {
      rmSync(venv, { recursive: true, force: true });
      renameSync(fresh, venv);
    }
  }
  return `${venv}/bin/python`;
}

function make(venv: string, requirements: string): void {
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const python = `${venv}/bin/python`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  try {
    run('python3', '-m', 'venv', venv);
    run(python, ...pip, '--no-deps', '--only-binary', ':all:', '-r', requirements);
  } catch (error) {
    rmSync(venv, { recursive: true, force: true });
    throw error;
  }
}
