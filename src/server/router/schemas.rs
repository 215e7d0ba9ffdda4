//! The wire types as JSON schemas, one line a type; a test holds each line to its type.
//! Must not describe a type that no route uses.

use serde_json::{Map, Value, json};

/// Name and fields. A field is `name:kind`, with `!` where it must be there. Kinds: `id` (read from text or number,
/// written as text), `num` (a number written as text), `money` (main units, as text), `text`, `bool`, `int` and `float`
/// (JSON numbers), `json` (anything), the name of a type; `[kind]` is a list, `{kind}` a map, `kind?` may be null.
const TYPES: &[(&str, &str)] = &[
    (
        "CreateOrder",
        "programId:id! userId:id! ticketUserIdList:[id]! seatDtoList:[PickedSeat] ticketCategoryId:id ticketCount:int \
         requestId:text allowSplit:bool",
    ),
    ("PickedSeat", "id:id! ticketCategoryId:id! rowCode:id! colCode:id! price:money!"),
    ("OrderRef", "orderNumber:id!"),
    ("UserRef", "userId:id!"),
    ("AccountCount", "userId:id! programId:id!"),
    ("AccountCountAnswer", "count:num!"),
    (
        "OrderSummary",
        "orderNumber:id! programId:id! programItemPicture:text! programTitle:text! programPlace:text! \
         programShowTime:text! ticketCount:num! orderPrice:money! orderStatus:num! createOrderTime:text!",
    ),
    (
        "OrderDetail",
        "orderNumber:id! programId:id! userId:id! programItemPicture:text! programTitle:text! programPlace:text! \
         programShowTime:text! distributionMode:text! takeTicketMode:text! orderPrice:money! orderStatus:num! \
         createOrderTime:text! cancelOrderTime:text! payOrderTime:text! orderTicketInfoVoList:[TicketGroup]! \
         userAndTicketUserInfoVo:PeopleOfOrder! seats:[TicketSeat]!",
    ),
    ("TicketGroup", "seatInfo:text! price:money! quantity:num! favourablePrice:text! relPrice:money!"),
    ("PeopleOfOrder", "userInfoVo:UserInfo! ticketUserInfoVoList:[TicketUserView]!"),
    ("UserInfo", "name:text! mobile:text!"),
    ("TicketSeat", "seatId:id! ticketCategoryId:id! rowCode:num! colCode:num! price:money! ticketUserId:id!"),
    ("TicketUserView", "id:id! userId:id! relName:text! idType:num! idNumber:text!"),
    ("Login", "code:text mobile:text email:text password:text!"),
    ("SignedIn", "userId:id! token:text!"),
    ("ProgramRef", "id:id!"),
    ("OfProgram", "programId:id!"),
    (
        "ProgramDetail",
        "id:id! title:text! actor:text! place:text! itemPicture:text! areaName:text! programCategoryName:text! \
         showTime:text! showWeekTime:text! preSell:num! permitChooseSeat:num! permitRefund:num! \
         relNameTicketEntrance:num! perOrderLimitPurchaseCount:num! perAccountLimitPurchaseCount:num! \
         ticketCategoryVoList:[CategoryBrief]!",
    ),
    ("CategoryBrief", "id:id! introduce:text! price:money!"),
    ("CategoryStock", "programId:id! id:id! introduce:text! price:money! totalNumber:num! remainNumber:num!"),
    (
        "SeatMap",
        "programId:id! place:text! showTime:text! showWeekTime:text! priceList:[text]! seatVoMap:{[SeatView]}!",
    ),
    (
        "SeatView",
        "id:id! programId:id! ticketCategoryId:id! rowCode:num! colCode:num! seatType:num! price:money! sellStatus:num!",
    ),
    ("Pay", "platform:id orderNumber:id! subject:text price:money! channel:text! payBillType:id"),
    ("PayCheck", "orderNumber:id! payChannelType:id"),
    (
        "PayCheckAnswer",
        "id:id! programId:id! userId:id! orderPrice:money! orderStatus:num! createOrderTime:text! \
         cancelOrderTime:text! payOrderTime:text!",
    ),
    ("MockPay", "out_trade_no:text! total_amount:text!"),
    (
        "MockNotice",
        "app_id:text! out_trade_no:text! total_amount:text! trade_no:text! trade_status:text! timestamp:text! sign:text!",
    ),
    ("ArgumentError", "argumentName:text! message:text!"),
    ("Problem", "type:text! title:text! status:int! detail:text!"),
    ("OrderProgress", "orderNumber:id! state:text! position:int reason:Reason orderStatus:int"),
    ("Reason", "code:int! word:text! message:text!"),
    ("AuditAnswer", "clean:bool! programs:int! orders:int! seats:int! laws:[LawAnswer]! findings:[FindingAnswer]!"),
    ("LawAnswer", "law:text! words:text! verdict:text! reason:text"),
    ("FindingAnswer", "law:text! programId:id? orderNumber:id? detail:text!"),
    ("Imported", "format:text! programs:[ProgramLine]!"),
    (
        "ProgramLine",
        "id:id! title:text! place:text! showTime:text! onSale:bool! permitChooseSeat:bool! realName:bool! \
         perOrderLimit:int! perAccountLimit:int! total:int! available:int! held:int! sold:int! seatBase:id! \
         categories:[CategoryLine]!",
    ),
    ("CategoryLine", "id:id! name:text! price:money! firstSeat:int! total:int! available:int! held:int! sold:int!"),
    ("SaleChange", "closed:bool! opensAtMs:int? closesAtMs:int?"),
    ("MakeAccounts", "count:int! ticketUsersEach:int! password:text?"),
    ("AccountsMade", "firstUserId:id! firstTicketUserId:id! ticketUsersEach:int! tokens:[text]!"),
    (
        "OrderLine",
        "orderNumber:id! programId:id! userId:id! version:int! status:int! price:money! tickets:[TicketLine]! \
         requestId:text? createdAtMs:int! holdEndsAtMs:int! paidAtMs:int? closedAtMs:int? closing:text?",
    ),
    ("TicketLine", "seatId:id! categoryId:id! row:int! col:int! price:money! ticketUserId:id!"),
    (
        "OrderLife",
        "orderNumber:id! order:OrderLine? buyer:MaskedBuyer? programTitle:text! position:int steps:[LifeStep]!",
    ),
    ("MaskedBuyer", "userId:id! name:text! mobile:text!"),
    ("LifeStep", "atMs:int? what:text! detail:text!"),
    (
        "SeatDetail",
        "seatId:id! programId:id! categoryId:id! row:int! col:int! price:money! state:int! order:OrderLine? \
         buyer:MaskedBuyer?",
    ),
    ("QueueAnswer", "depth:int!"),
    ("Environment", "tpp:text! engine:text! durability:text! cpuS:float! rssBytes:int! details:{text}!"),
];

/// All schemas.
#[must_use]
pub fn all() -> Value {
    let mut schemas: Map<String, Value> =
        TYPES.iter().map(|(name, fields)| ((*name).to_owned(), object(fields))).collect();
    schemas.insert("Number".to_owned(), kind("id"));
    schemas.insert("Done".to_owned(), json!({ "type": "boolean" }));
    schemas.insert("Page".to_owned(), json!({ "type": "string", "contentMediaType": "text/html" }));
    schemas.insert("Anything".to_owned(), json!({}));
    Value::Object(schemas)
}

fn object(fields: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in fields.split_whitespace() {
        let (name, of) = field.split_once(':').unwrap_or((field, "json"));
        if of.ends_with('!') {
            required.push(name);
        }
        properties.insert(name.to_owned(), kind(of.trim_end_matches('!')));
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

fn kind(of: &str) -> Value {
    if let Some(of) = of.strip_suffix('?') {
        return json!({ "anyOf": [kind(of), { "type": "null" }] });
    }
    if let Some(of) = of.strip_prefix('[').and_then(|of| of.strip_suffix(']')) {
        return json!({ "type": "array", "items": kind(of) });
    }
    if let Some(of) = of.strip_prefix('{').and_then(|of| of.strip_suffix('}')) {
        return json!({ "type": "object", "additionalProperties": kind(of) });
    }
    match of {
        "id" => json!({ "type": ["string", "integer"], "pattern": "^[0-9]{1,19}$" }),
        "num" => json!({ "type": "string", "pattern": "^[0-9]+$" }),
        "money" => json!({ "type": "string", "pattern": "^[0-9]{1,8}(\\.[0-9]{1,2})?$" }),
        "text" => json!({ "type": "string" }),
        "bool" => json!({ "type": "boolean" }),
        "int" => json!({ "type": "integer" }),
        "float" => json!({ "type": "number" }),
        "json" => json!({}),
        name => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}

#[cfg(test)]
mod tests;
