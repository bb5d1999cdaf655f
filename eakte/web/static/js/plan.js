/* Walks through the plan with the arrow keys: up and down to the next entry that is shown, right opens a branch, left closes it. */

const tree = document.querySelector(".plan");

function shown() {
  return [...tree.querySelectorAll("[data-plan]")].filter((one) => one.checkVisibility());
}

tree?.addEventListener("keydown", (event) => {
  const here = event.target.closest("[data-plan]");
  if (!here || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const all = shown();
  const at = all.indexOf(here);
  const branch = here.closest("summary")?.parentElement;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    all[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else if (event.key === "Home" || event.key === "End") {
    all.at(event.key === "Home" ? 0 : -1)?.focus();
  } else if (event.key === "ArrowRight" && branch && !branch.open) {
    branch.open = true;
  } else if (event.key === "ArrowRight" && branch) {
    all[at + 1]?.focus();
  } else if (event.key === "ArrowLeft" && branch?.open) {
    branch.open = false;
  } else if (event.key === "ArrowLeft") {
    (branch ?? here).parentElement.closest("details")?.querySelector("summary")?.focus();
  } else {
    return;
  }
  event.preventDefault();
});
