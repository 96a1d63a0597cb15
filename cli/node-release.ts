/** What `engines` in package.json says, in words. */
export const NODE_NEEDED = 'Node.js 20 (from 20.19), 22 (from 22.13), 24 or newer';

/** Whether `engines` in package.json admits this release of Node.js, such as '22.13.0'. */
export const isSupportedNode = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
};
