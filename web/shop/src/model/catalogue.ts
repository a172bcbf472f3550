/** The products, loaded once from catalogue.json: a page's key may not read the catalogue. */

export interface Product {
  id: string;
  name: string;
  category: string;
  colour: string;
  motif: string;
  maker?: string;
  price?: number;
  tags?: string[];
  text?: string;
  /** The address of its picture; without one it is drawn. */
  image?: string;
}

export class Catalogue {
  readonly categories: string[];
  private readonly byId: Map<string, Product>;

  constructor(readonly products: Product[]) {
    this.byId = new Map(products.map((product) => [product.id, product]));
    this.categories = [...new Set(products.map((product) => product.category).filter(Boolean))].slice(0, 24);
  }

  /** The product with this ID; a placeholder if only the server knows it. */
  get(id: string): Product {
    return this.byId.get(id) ?? { id, name: id, category: "", colour: id, motif: "" };
  }

  /** The product whose picture represents a category. */
  faceOf(category: string): Product {
    return this.products.find((product) => product.category === category)!;
  }

  /** Products that contain every word of the text; matches in the name come first. */
  search(text: string, most = 60): Product[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const found: [number, Product][] = [];
    for (const product of this.products) {
      const name = product.name.toLowerCase();
      const all = [name, product.maker, product.category, product.colour, product.motif, ...(product.tags ?? [])]
        .join(" ")
        .toLowerCase();
      if (words.every((word) => all.includes(word))) {
        found.push([words.filter((word) => name.includes(word)).length, product]);
      }
    }
    return found.sort((a, b) => b[0] - a[0]).slice(0, most).map(([, product]) => product);
  }
}
