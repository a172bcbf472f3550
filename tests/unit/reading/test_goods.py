"""Pictures, links and groups of items in the files of shops."""

import json

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import Asked, read_shop
from headwater_server.reading.session import Session

NOW_MS = 1_775_000_000_000


def goods(path, **options):
    """Return (picture, page, group) by item of one file."""
    asked = Asked(items=(path,), options=MappingOptions(**options))
    with Session() as session:
        found = read_shop(asked, EngineSettings(), NOW_MS, session).items
    items = [write.item for write in found]
    return {item.item_id: (item.image_uri, item.uri, item.group_id) for item in items}


def written(tmp_path, name, text):
    """Return the path of a file with this text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


OURS = """item_id,title,image_uri,uri,group_id,color
shirt-4-M,Shirt,https://cdn.example/4.jpg,/p/4,shirt-4,red
hat,Hat,//cdn.example/hat.jpg,,,blue
"""
FEED = """id\ttitle\tlink\timage_link\tprice\tavailability\titem_group_id
4-M\tShirt\thttps://shop.example/4-M\thttps://cdn.example/4.jpg\t9.00 EUR\tin_stock\t4
4-L\tShirt\thttps://shop.example/4-L\t\t9.00 EUR\tin_stock\t4
hat\tHat\thttps://shop.example/hat\thttps://cdn.example/h.jpg\t5.00 EUR\tin_stock\t
"""
SHOPIFY = """Handle,Title,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,\
Image Src
shirt,Shirt,Acme,Shirts,new,Size,M,SHIRT-M,40.00,https://img.example/1.jpg
shirt,,,,,,L,SHIRT-L,45.00,
"""
MAGENTO = """sku,product_type,name,price,product_online,is_in_stock,categories,base_image,url_key
cap,simple,Cap,15.0,1,1,Default/Caps,/c/a/cap.jpg,sun-cap
"""


def test_our_own_columns(tmp_path):
    """As an export writes them; an address without a scheme is of the web."""
    assert goods(written(tmp_path, "items.csv", OURS)) == {
        "shirt-4-M": ("https://cdn.example/4.jpg", "/p/4", "shirt-4"),
        "hat": ("https://cdn.example/hat.jpg", "", ""),
    }


def test_a_feed_with_variants_folded_or_kept(tmp_path):
    """Folded: one item a product. Kept: the product is the group of its variants."""
    path = written(tmp_path, "feed.tsv", FEED)
    assert goods(path) == {
        "4": ("https://cdn.example/4.jpg", "https://shop.example/4-M", ""),
        "hat": ("https://cdn.example/h.jpg", "https://shop.example/hat", ""),
    }
    kept = goods(path, variants="keep")
    assert {item_id: group for item_id, (_, _, group) in kept.items()} == {
        "4-M": "4", "4-L": "4", "hat": "",
    }  # fmt: skip
    assert kept["4-L"][:2] == ("https://cdn.example/4.jpg", "https://shop.example/4-L")


def test_a_product_that_is_an_item_is_in_its_group(tmp_path):
    """`parent` names it; it and its variants are one group."""
    text = (
        "item_id,title,parent\nshirt-4,Shirt,\nshirt-4-M,,shirt-4\nshirt-4-L,,shirt-4\nhat,Hat,\n"
    )
    kept = goods(written(tmp_path, "items.csv", text), variants="keep")
    assert {item_id: group for item_id, (_, _, group) in kept.items()} == {
        "shirt-4": "shirt-4", "shirt-4-M": "shirt-4", "shirt-4-L": "shirt-4", "hat": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("shopify.csv", SHOPIFY, ("https://img.example/1.jpg", "/products/shirt")),
        ("magento.csv", MAGENTO, ("/media/catalog/product/c/a/cap.jpg", "/sun-cap.html")),
    ],
)
def test_shop_systems(tmp_path, name, text, expected):
    """Pictures by their own address, or by the path where the shop serves them."""
    [(picture, page, _)] = goods(written(tmp_path, name, text)).values()
    assert (picture, page) == expected


@pytest.mark.parametrize(
    "image",
    [
        "https://cdn.example/r.jpg",
        ["https://cdn.example/r.jpg", "https://cdn.example/2.jpg"],
        {"@type": "ImageObject", "url": "https://cdn.example/r.jpg"},
        {"@type": "ImageObject", "contentUrl": "https://cdn.example/r.jpg"},
    ],
)
def test_structured_data(tmp_path, image):
    """An image is an address, some of them, or an object with one."""
    product = {
        "@type": "Product", "sku": "r-1", "name": "Rake", "image": image, "url": "https://shop.example/r",
        "isVariantOf": {"@type": "ProductGroup", "productGroupID": "r"},
        "offers": {"price": "12.50", "priceCurrency": "EUR"},
    }  # fmt: skip
    path = written(tmp_path, "products.json", json.dumps([product]))
    found = goods(path, variants="keep")
    assert found == {"r-1": ("https://cdn.example/r.jpg", "https://shop.example/r", "r")}


def test_what_is_no_address_is_refused_with_its_place(tmp_path):
    """A script, or a path without its beginning."""
    text = OURS.replace("/p/4", "javascript:alert(1)").replace("//cdn.example/hat.jpg", "hat.jpg")
    with pytest.raises(BadFile, match=r"line 2, column uri: is no address(.|\n)*image_uri"):
        goods(written(tmp_path, "items.csv", text))
