import { chosenFrom } from '../../lib/phone/choose.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { confirm } from '../io/ask.js';
import { withRemote } from './open.js';

/** Every key but the owners' is gone, and every grant of before is worth nothing. */
export const rekey = async (
  context: Context<'radio'>,
  { yes }: { readonly yes?: true | undefined },
): Promise<void> => {
  const { host, options, output, paths } = context;
  const cars = await new FileKeyStore(paths.keys).list();
  const { name } = chosenFrom(cars, options.car);
  if (yes !== true) {
    const question = `Remove every key of ${name} but the owners', and void all grants?`;
    await confirm(host, question, "this removes every key but the owners'", 'key rekey --yes');
  }
  await withRemote(context, { doing: 're-keying the car', cars }, ({ phone, call }) =>
    phone.raiseEpoch({ ...call, car: name }),
  );
  output.result({ command: 'rekey', ok: true }, [
    output.paint(
      'green',
      "re-keyed: only the owners' keys are left, and all earlier grants are void",
    ),
  ]);
};
