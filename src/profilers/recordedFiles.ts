import { stat } from 'node:fs/promises';

/** Whether the file is there, empty or not. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(() => true, () => false);
}

/** Whether the file is there and not empty. */
export async function hasBytes(file: string): Promise<boolean> {
  return stat(file).then((info) => info.size > 0, () => false);
}
