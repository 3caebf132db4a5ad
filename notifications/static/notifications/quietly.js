import { ApiError, NetworkError } from "#core/api.js";

/** Do what the page goes on without. @param {() => Promise<unknown>} act */
export async function quietly(act) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof NetworkError)) console.warn(error);
  }
}
