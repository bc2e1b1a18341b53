// What a page is to people who do not see it, or not well.

// Roles and names of the landmarks, and of what is told while it changes.
export async function landmarks(page) {
  const roles = ['banner', 'navigation', 'main', 'complementary', 'contentinfo', 'log', 'status', 'alert'];
  return (await tree(page)).filter(({ role }) => roles.includes(role)).map(({ role, name }) => name ? `${role}: ${name}` : role);
}

// What can be used, each with its role and its name.
export async function fields(page) {
  const roles = ['button', 'textbox', 'link', 'DisclosureTriangle', 'log'];
  return (await tree(page)).filter(({ role }) => roles.includes(role));
}

async function tree(page) {
  const { nodes } = await page.call('Accessibility.getFullAXTree', {});
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => ({ role: role?.value, name: name?.value }));
}

// Texts with less contrast to what is behind them than 4.5, of WCAG 2.1 (1.4.3), each with what it has.
export function contrasts(page) {
  return page.run(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    // Whatever form a colour is written in.
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([red, green, blue]) => {
      const linear = [red, green, blue].map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const behind = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const color = rgba(getComputedStyle(each).backgroundColor);
        if (color[3] === 255) return color;
        if (color[3] !== 0) throw new Error(`a translucent background of ${each.outerHTML.slice(0, 80)}`);
      }
      return [255, 255, 255];
    };
    const texts = [...document.querySelectorAll('body *')].filter((element) => {
      const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      return (says || element.placeholder) && element.checkVisibility() && !element.closest('.hidden');
    });
    const low = [];
    for (const element of texts) {
      const color = getComputedStyle(element, element.placeholder ? '::placeholder' : null).color;
      const [lighter, darker] = [luminance(rgba(color)), luminance(behind(element))].sort((a, b) => b - a);
      const ratio = (lighter + 0.05) / (darker + 0.05);
      if (ratio < 4.5) low.push(`${element.textContent.slice(0, 30)} (${element.id || element.className}): ${ratio.toFixed(2)}`);
    }
    if (texts.length < 20) low.push(`only ${texts.length} texts`);
    return low;
  });
}
