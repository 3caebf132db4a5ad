/**
 * How wide and high a picture of this device is, its orientation applied: its place on screen is then the
 * right one before the server says so. Null for what this browser does not decode (HEIC, mostly).
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
