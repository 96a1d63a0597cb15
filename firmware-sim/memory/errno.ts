/** Whether this is the operating system's error of that name, such as `ENOENT`. */
export const isErrno = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
