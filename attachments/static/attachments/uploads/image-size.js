/**
 * Return the width and height of a local picture, with its orientation applied, or null if the browser cannot
 * decode it (mostly HEIC). The page reserves the right space before the server knows the size.
 *
 * @param {string} url
 * @returns {Promise<{ width: number, height: number } | null>}
 */
export async function imageSizeOf(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}
