// Runs in each measured page, before its own scripts. `wanted` is filled in by the caller (pages.py).
(() => {
  const wanted = /* wanted */ null;
  const seen = { visible: null, interactive: null, lcp: null, fcp: null, cls: 0, longTasks: [] };
  window.measured = seen;

  const observe = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe("largest-contentful-paint", ({ startTime }) => (seen.lcp = startTime));
  observe("paint", ({ name, startTime }) => name === "first-contentful-paint" && (seen.fcp = startTime));
  observe("layout-shift", ({ value, hadRecentInput }) => (seen.cls += hadRecentInput ? 0 : value));
  observe("longtask", ({ duration }) => seen.longTasks.push(duration));

  // Yield the nodes below a root, also inside of open shadow roots.
  function* below(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      yield walker.currentNode;
      if (walker.currentNode.shadowRoot) yield* below(walker.currentNode.shadowRoot);
    }
  }

  const isOnScreen = (box) =>
    box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;

  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && isOnScreen(element.getBoundingClientRect());

  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.replace(/\s+/g, " ").includes(wanted.text);

  const hasRun = (element) => element.matches(":defined") && element.hasUpdated !== false;

  const isVisible = (nodes) =>
    wanted.text
      ? nodes.some((node) => isText(node) && node.parentElement?.localName !== "script" && node.parentElement && isSeen(node.parentElement))
      : nodes.some((node) => node.nodeType === Node.ELEMENT_NODE && node.matches(wanted.shown) && isSeen(node));

  const isInteractive = (nodes) => {
    const elements = nodes.filter((node) => node.nodeType === Node.ELEMENT_NODE);
    return wanted.elements.every((name) => elements.some((each) => each.localName === name && hasRun(each)))
      && elements.some((each) => each.matches(wanted.control) && !each.disabled && isSeen(each) && hasRun(each.getRootNode().host ?? each));
  };

  const look = () => {
    if (document.body) {
      const nodes = [...below(document.body)];
      if (seen.visible === null && isVisible(nodes)) seen.visible = performance.now();
      if (seen.visible !== null && isInteractive(nodes)) seen.interactive = performance.now();
    }
    if (seen.interactive === null) requestAnimationFrame(look);
  };
  look();
})();
