/* Passkeys: asks the server what to sign, the device to sign it, and sends the form with the answer. */

import { csrf, say } from "./words.js";

// A key is made for a name: an address in figures has none.
const named = !/^[\d.]+$|:/.test(location.hostname);
const possible = named && window.PublicKeyCredential !== undefined && navigator.credentials !== undefined;

for (const hint of document.querySelectorAll("[data-passkey-impossible]")) {
  hint.hidden = possible;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (possible) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (!answer(form).value) {
        event.preventDefault();
        prove(form);
      }
    });
  } else if (form.dataset.passkey === "create") {
    form.hidden = true;
  }
}

function answer(form) {
  return form.querySelector("[data-passkey-answer]") ?? form.elements.credential;
}

async function prove(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  told(form, "");
  try {
    const options = await asked(form);
    if (options) {
      const create = form.dataset.passkey === "create";
      const made = create ? await navigator.credentials.create({ publicKey: toCreate(options) }) : await navigator.credentials.get({ publicKey: toGet(options) });
      answer(form).value = JSON.stringify(written(made));
      form.submit();
      return;
    }
  } catch (fault) {
    told(form, say(fault.name === "InvalidStateError" ? "passkey_known" : fault.name === "NotAllowedError" ? "passkey_cancelled" : "passkey_failed"));
  }
  button.disabled = false;
  button.focus();
}

async function asked(form) {
  const response = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
  if (response.ok) {
    return response.json();
  }
  const fault = await response.json();
  if (fault.code === "confirmation-needed" && form.dataset.confirm) {
    location.assign(form.dataset.confirm);
    return null;
  }
  throw new Error(fault.code);
}

function told(form, sentence) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function toCreate(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
  };
}

function toGet(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: [] };
}

function written(credential) {
  const { response } = credential;
  const told = { clientDataJSON: base64(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) {
      told[name] = base64(response[name]);
    }
  }
  return { id: credential.id, rawId: base64(credential.rawId), type: credential.type, clientExtensionResults: {}, response: told };
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function base64(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
