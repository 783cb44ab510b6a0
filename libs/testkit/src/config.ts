/** Whether suites run at their full size; a tenth otherwise. */
export const isFullSize = process.env['CCD_FULL'] === '1';
