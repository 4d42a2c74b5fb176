// The script of every page of ours: puts in what the extension sends, and keeps opened tables open.
const api = acquireVsCodeApi();
const main = document.querySelector("main");

window.addEventListener("message", ({ data }) => {
  if (typeof data?.html !== "string") return;
  const opened = [...main.querySelectorAll("section:has(details[open])")].map((each) => each.dataset.title);
  const focused = document.activeElement?.closest("section")?.dataset.title;
  main.innerHTML = data.html;
  for (const section of main.querySelectorAll("section")) {
    const details = section.querySelector("details");
    if (details && opened.includes(section.dataset.title)) details.open = true;
    if (details && focused === section.dataset.title) details.querySelector("summary").focus();
  }
});
// Nothing that was sent before is known here: the extension sends what there is.
api.postMessage("ready");
