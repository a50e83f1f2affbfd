"""The demo shop: what is fixed about it. Pottery, tea and coffee ware; two stores and a web shop."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from feedback.roles import Role

_WORDS = Path(__file__).parent / "demo"
LANGUAGES = ("vi", "en")
NAME = "Tiệm Gốm Lan"
PASSWORD = "gom-lan-demo"  # noqa: S105 of a shop that exists on the reader's own machine only
SURVEY = "post-purchase"
OWN_SOURCE, FILE_SOURCE = "own", "google"
# The order whose survey the demo leaves open, to be answered by whoever tries it.
OPEN_ORDERS = ("LAN-OPEN-VI", "LAN-OPEN-EN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    username: str
    name: str
    role: Role
    password: str = PASSWORD

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"  # reserved: no mail can ever reach anybody there


ACCOUNTS = (
    Account(username="thu", name="Thu", role=Role.FRONT_LINE),
    Account(username="bao", name="Bảo", role=Role.STAFF),
    Account(username="mai", name="Mai", role=Role.APPROVER),
    Account(username="minh", name="Minh", role=Role.APPROVER),  # the other pair of eyes
    Account(username="huy", name="Huy", role=Role.MANAGER),
    Account(username="an", name="An", role=Role.ADVOCATE),
    Account(username="lan", name="Lan", role=Role.ADMINISTRATOR),
)

# sku, Vietnamese name, English name, kind in the shop's own language, price and cost in VND
PRODUCTS = (
    ("CUP-01", "Tách men ngọc", "Celadon cup", "tách và ca", 180_000, 82_000),
    ("POT-02", "Ấm trà đất nung", "Clay teapot", "ấm trà", 520_000, 235_000),
    ("BOWL-03", "Tô phở hoa lam", "Blue-flower noodle bowl", "tô và bát", 150_000, 68_000),
    ("PLATE-04", "Bộ đĩa sáu chiếc", "Set of six plates", "đĩa", 690_000, 320_000),
    ("VASE-05", "Bình hoa men rạn", "Crackle-glaze vase", "bình hoa", 850_000, 380_000),
    ("TEA-06", "Trà sen hằng tháng", "Lotus tea, monthly", "trà", 240_000, 110_000),
    ("COF-07", "Bộ phin cà phê", "Phin coffee set", "cà phê", 320_000, 140_000),
    ("KET-08", "Ấm đun siêu tốc", "Electric kettle", "ấm đun", 780_000, 520_000),
    ("MUG-09", "Ca vẽ tay", "Hand-painted mug", "tách và ca", 160_000, 70_000),
    ("GIFT-10", "Hộp quà tách đôi", "Gift box with two cups", "quà tặng", 450_000, 210_000),
)
# What somebody buys: of a hundred, the weights of the products in the order above, mean things at once.
TASTES = (
    (48, (6, 1, 6, 0, 0, 8, 2, 0, 6, 1), 1.15),  # a cup, a bowl, tea every month
    (36, (4, 3, 4, 2, 1, 3, 4, 1, 4, 2), 1.5),  # for the own table
    (16, (1, 4, 2, 5, 5, 1, 2, 3, 1, 5), 2.1),  # for guests, and to give away
)
LOCATIONS = (
    ("web", "Cửa hàng trên mạng", "Web shop"),
    ("ha-noi", "Cửa hàng Hà Nội", "Hà Nội store"),
    ("sai-gon", "Cửa hàng Sài Gòn", "Sài Gòn store"),
)
WEB_STORE = "gom-web"
WEB_IS_QUIET = timedelta(days=5)  # nobody has noticed yet that it sends nothing
CARRIERS = ("Sen Express", "Giao Xanh", "Bưu cục Hoa")
REWARD = Decimal(50_000)

FAMILY_NAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương".split()
MIDDLE_NAMES = "Thị Văn Minh Ngọc Thanh Quốc Thu Hoài Gia Bảo Khánh Phương".split()
GIVEN_NAMES = (
    "Lan Minh Hạnh Tuấn Hương Dũng Trang Nam Linh Hải Yến Phúc Thảo Long Ngân Khoa Vy Đức Châu Tâm Quỳnh Sơn "
    "Nhi Hiếu Mai Kiên Loan Tú"
).split()
FOREIGN_NAMES = (
    "Anna James Sofia Kenji Marie Oliver Priya Lucas Emma Noah Chloé Daniel Ingrid Mateo Grace Felix Hannah "
    "Omar Julia Peter Yuki Clara Liam Elena"
).split()
FOREIGN_FAMILY_NAMES = (
    "Weber Smith Rossi Tanaka Dubois Brown Patel Silva Jensen Novak Müller Evans Larsen Moreau Kim Walker "
    "Costa Fischer Ahmed Young"
).split()


def told(name: str) -> Iterator[dict[str, Any]]:
    """The texts of that name, in both languages."""
    for language in LANGUAGES:
        for line in (_WORDS / f"{name}.{language}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line) | {"language": language}
