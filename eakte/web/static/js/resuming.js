/* Where an upload that was broken off goes on: addresses on the server, kept in this browser under the digest of the content. */

const REMEMBERED = "eakte-upload-";

/** The storage tus asks for; names of files are not kept. */
export const memory = {
  async findAllUploads() {
    return [];
  },
  async findUploadsByFingerprint(fingerprint) {
    const kept = localStorage.getItem(REMEMBERED + fingerprint);
    return kept ? [{ ...JSON.parse(kept), urlStorageKey: REMEMBERED + fingerprint }] : [];
  },
  async removeUpload(key) {
    localStorage.removeItem(key);
  },
  async addUpload(fingerprint, upload) {
    const kept = { size: upload.size, metadata: {}, creationTime: upload.creationTime, uploadUrl: upload.uploadUrl };
    localStorage.setItem(REMEMBERED + fingerprint, JSON.stringify(kept));
    return REMEMBERED + fingerprint;
  },
};

/** Forget all of it: the next person at this browser has uploads of their own. */
export function forget() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(REMEMBERED))) {
    localStorage.removeItem(key);
  }
}
