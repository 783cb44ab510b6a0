/** The version of this build. All packages have the same, which a test watches; a bundle has no package.json beside it. */
export const version = '0.1.0';
