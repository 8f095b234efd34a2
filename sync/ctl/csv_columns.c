/* csv_columns.c - see csv_columns.h. */
#include "sync/ctl/csv_columns.h"

#include "core/model/kinds.h"
#include "sync/ctl/limits.h"

static const struct csv_word roles[] = {{"technician", "技术员", ROLE_TECHNICIAN},
                                        {"supervisor", "服务主任", ROLE_SUPERVISOR},
                                        {"clerk", "业务员", ROLE_CLERK},
                                        {"accountant", "会计员", ROLE_ACCOUNTANT},
                                        {"parts keeper", "仓管员", ROLE_PARTS_KEEPER},
                                        {"branch manager", "分公司经理", ROLE_BRANCH_MANAGER},
                                        {"service department", "服务部", ROLE_SERVICE_DEPARTMENT},
                                        {"administrator", "管理员", ROLE_ADMINISTRATOR},
                                        {NULL, NULL, 0}};
static const struct csv_word zones[] = {
    {"city", "市区", 1}, {"suburb", "郊区", 2}, {NULL, NULL, 0}};
static const struct csv_word languages[] = {{"zh", "中文", 1}, {"en", "英文", 2}, {NULL, NULL, 0}};
static const struct csv_word yes_no[] = {{"no", "否", 0}, {"yes", "是", 1}, {NULL, NULL, 0}};
static const struct csv_word channels[] = {
    {"phone", "电话", 1}, {"document", "文件", 2}, {"technician", "技术员", 3}, {NULL, NULL, 0}};
static const struct csv_word classes[] = {
    {"A", "有费", CLASS_A}, {"B", "合同", CLASS_B}, {"C", "免费", CLASS_C}, {NULL, NULL, 0}};
static const struct csv_word priorities[] = {
    {"normal", "普通", 0}, {"urgent", "紧急", 1}, {NULL, NULL, 0}};
static const struct csv_word day_kinds[] = {{"work", "上班", CALENDAR_KIND_WORK},
                                            {"holiday", "休息", CALENDAR_KIND_HOLIDAY},
                                            {"usual", "照常", CALENDAR_KIND_USUAL},
                                            {NULL, NULL, 0}};
static const struct csv_word causes[] = {{"wear", "磨损", CAUSE_WEAR},
                                         {"defect", "缺陷", CAUSE_DEFECT},
                                         {"install", "安装", CAUSE_INSTALL},
                                         {"misuse", "使用不当", CAUSE_MISUSE},
                                         {"accident", "意外", CAUSE_ACCIDENT},
                                         {"environment", "环境", CAUSE_ENVIRONMENT},
                                         {"no fault", "无故障", CAUSE_NO_FAULT},
                                         {"other", "其他", CAUSE_OTHER},
                                         {NULL, NULL, 0}};
static const struct csv_word actions[] = {
    {"replace", "更换", ACTION_REPLACE}, {"tighten", "紧固", ACTION_TIGHTEN},
    {"clean", "清洗", ACTION_CLEAN},     {"adjust", "调试", ACTION_ADJUST},
    {"refill", "加注", ACTION_REFILL},   {"repair", "修理", ACTION_REPAIR},
    {"inspect", "检查", ACTION_INSPECT}, {"explain", "讲解", ACTION_EXPLAIN},
    {"other", "其他", ACTION_OTHER},     {NULL, NULL, 0}};

static const struct csv_column technicians[] = {
    [TECHNICIANS_ID] = {"id", true, CSV_CODE, NULL},
    [TECHNICIANS_NAME] = {"name", true, CSV_TEXT, NULL},
    [TECHNICIANS_BRANCH] = {"branch", false, CSV_CODE, NULL},
    [TECHNICIANS_ROLE] = {"role", false, CSV_WORD, roles},
    [TECHNICIANS_PHONE] = {"phone", false, CSV_TEXT, NULL},
};
static const struct csv_column customers[] = {
    [CUSTOMERS_ID] = {"id", true, CSV_CODE, NULL},
    [CUSTOMERS_NAME] = {"name", true, CSV_TEXT, NULL},
    [CUSTOMERS_PHONE] = {"phone", false, CSV_TEXT, NULL},
    [CUSTOMERS_ADDRESS] = {"address", false, CSV_TEXT, NULL},
    [CUSTOMERS_ZONE] = {"zone", false, CSV_WORD, zones},
    [CUSTOMERS_BRANCH] = {"branch", false, CSV_CODE, NULL},
    [CUSTOMERS_LANGUAGE] = {"language", false, CSV_WORD, languages},
    [CUSTOMERS_EMAIL] = {"email", false, CSV_TEXT, NULL},
    [CUSTOMERS_NOTE] = {"note", false, CSV_TEXT, NULL},
};
static const struct csv_column equipment[] = {
    [EQUIPMENT_ID] = {"id", true, CSV_CODE, NULL},
    [EQUIPMENT_CUSTOMER] = {"customer", true, CSV_CODE, NULL},
    [EQUIPMENT_MODEL] = {"model", false, CSV_TEXT, NULL},
    [EQUIPMENT_SERIAL] = {"serial", false, CSV_CODE, NULL},
    [EQUIPMENT_NAME] = {"name", true, CSV_TEXT, NULL},
    [EQUIPMENT_MAKER] = {"maker", false, CSV_TEXT, NULL},
    [EQUIPMENT_PURCHASE_DATE] = {"purchase_date", false, CSV_DATE, NULL},
    [EQUIPMENT_WARRANTY_UNTIL] = {"warranty_until", false, CSV_LAST_DAY, NULL},
    [EQUIPMENT_LOCATION] = {"location", false, CSV_TEXT, NULL},
    [EQUIPMENT_NOTE] = {"note", false, CSV_TEXT, NULL},
};
static const struct csv_column contracts[] = {
    [CONTRACTS_ID] = {"id", true, CSV_CODE, NULL},
    [CONTRACTS_CUSTOMER] = {"customer", true, CSV_CODE, NULL},
    [CONTRACTS_EQUIPMENT] = {"equipment", false, CSV_CODE, NULL},
    [CONTRACTS_NUMBER] = {"number", false, CSV_CODE, NULL},
    [CONTRACTS_START] = {"start", true, CSV_DATE, NULL},
    [CONTRACTS_END] = {"end", true, CSV_LAST_DAY, NULL},
    [CONTRACTS_TERMS] = {"terms", false, CSV_TEXT, NULL},
};
static const struct csv_column parts[] = {
    [PARTS_NUMBER] = {"number", true, CSV_CODE, NULL},
    [PARTS_NAME] = {"name", true, CSV_TEXT, NULL},
    [PARTS_NAME_EN] = {"name_en", false, CSV_TEXT, NULL},
    [PARTS_UNIT] = {"unit", false, CSV_TEXT, NULL},
    [PARTS_PRICE] = {"price", true, CSV_MONEY, NULL},
    [PARTS_SERIALIZED] = {"serialized", false, CSV_WORD, yes_no},
    [PARTS_WARRANTY_MONTHS] = {"warranty_months", false, CSV_COUNT, NULL},
};
static const struct csv_column stock[] = {
    [STOCK_TECHNICIAN] = {"technician", true, CSV_CODE, NULL},
    [STOCK_PART] = {"part", true, CSV_CODE, NULL},
    [STOCK_QUANTITY] = {"quantity", true, CSV_QUANTITY, NULL},
};
static const struct csv_column faults[] = {
    [FAULTS_CODE] = {"code", true, CSV_CODE, NULL},
    [FAULTS_NAME] = {"name", true, CSV_TEXT, NULL},
    [FAULTS_NAME_EN] = {"name_en", false, CSV_TEXT, NULL},
    [FAULTS_EQUIPMENT_TYPE] = {"equipment_type", false, CSV_TEXT, NULL},
    [FAULTS_FREQUENCY] = {"frequency", false, CSV_COUNT, NULL},
    [FAULTS_CAUSE] = {"cause", false, CSV_TEXT, NULL},
    [FAULTS_CAUSE_EN] = {"cause_en", false, CSV_TEXT, NULL},
    [FAULTS_ACTION] = {"action", false, CSV_TEXT, NULL},
    [FAULTS_ACTION_EN] = {"action_en", false, CSV_TEXT, NULL},
    [FAULTS_KNOWLEDGE] = {"knowledge", false, CSV_TEXT, NULL},
    [FAULTS_CAUSE_CODE] = {"cause_code", false, CSV_WORD, causes},
    [FAULTS_ACTION_CODE] = {"action_code", false, CSV_WORD, actions},
};
static const struct csv_column cases[] = {
    [CASES_CODE] = {"code", true, CSV_CODE, NULL},
    [CASES_TITLE] = {"title", true, CSV_TEXT, NULL},
    [CASES_TITLE_EN] = {"title_en", false, CSV_TEXT, NULL},
    [CASES_FAULTS] = {"faults", false, CSV_TEXT, NULL},
    [CASES_EQUIPMENT_TYPE] = {"equipment_type", false, CSV_TEXT, NULL},
    [CASES_SYMPTOM] = {"symptom", false, CSV_TEXT, NULL},
    [CASES_SYMPTOM_EN] = {"symptom_en", false, CSV_TEXT, NULL},
    [CASES_CAUSE] = {"cause", false, CSV_TEXT, NULL},
    [CASES_CAUSE_EN] = {"cause_en", false, CSV_TEXT, NULL},
    [CASES_ACTION] = {"action", true, CSV_TEXT, NULL},
    [CASES_ACTION_EN] = {"action_en", false, CSV_TEXT, NULL},
};
static const struct csv_column prices[] = {
    [PRICES_CODE] = {"code", true, CSV_CODE, NULL},
    [PRICES_NAME] = {"name", true, CSV_TEXT, NULL},
    [PRICES_NAME_EN] = {"name_en", false, CSV_TEXT, NULL},
    [PRICES_UNIT] = {"unit", false, CSV_TEXT, NULL},
    [PRICES_PRICE] = {"price", true, CSV_MONEY, NULL},
    [PRICES_CLASS] = {"class", false, CSV_WORD, classes},
};
static const struct csv_column calendar[] = {
    [CALENDAR_DATE] = {"date", true, CSV_DAY, NULL},
    [CALENDAR_OPEN] = {"open", false, CSV_CLOCK, NULL},
    [CALENDAR_CLOSE] = {"close", false, CSV_CLOCK, NULL},
    [CALENDAR_KIND] = {"kind", true, CSV_WORD, day_kinds},
    [CALENDAR_BRANCH] = {"branch", false, CSV_CODE, NULL},
    [CALENDAR_ZONE] = {"zone", false, CSV_TEXT, NULL},
};
static const struct csv_column jobs[] = {
    [JOBS_ID] = {"id", true, CSV_CODE, NULL},
    [JOBS_CUSTOMER] = {"customer", true, CSV_CODE, NULL},
    [JOBS_EQUIPMENT] = {"equipment", false, CSV_CODE, NULL},
    [JOBS_CALL_TIME] = {"call_time", true, CSV_TIME, NULL},
    [JOBS_CHANNEL] = {"channel", false, CSV_WORD, channels},
    [JOBS_FAULT_TEXT] = {"fault_text", true, CSV_TEXT, NULL},
    [JOBS_CLASS] = {"class", false, CSV_WORD, classes},
    [JOBS_ZONE] = {"zone", false, CSV_WORD, zones},
    [JOBS_TECHNICIAN] = {"technician", false, CSV_CODE, NULL},
    [JOBS_APPOINTMENT] = {"appointment", false, CSV_TIME, NULL},
    [JOBS_PRIORITY] = {"priority", false, CSV_WORD, priorities},
    [JOBS_CONTACT] = {"contact", false, CSV_TEXT, NULL},
    [JOBS_PHONE] = {"phone", false, CSV_TEXT, NULL},
    [JOBS_COST] = {"cost", false, CSV_MONEY, NULL},
    [JOBS_KIND_OF_WORK] = {"kind_of_work", false, CSV_CODE, NULL},
    [JOBS_NOTE] = {"note", false, CSV_TEXT, NULL},
    [JOBS_BRANCH] = {"branch", false, CSV_CODE, NULL},
};

#define KIND(t)                                                                                    \
    {                                                                                              \
#t, t, sizeof t / sizeof t[0]                                                              \
    }
static const struct csv_kind kinds[] = {
    KIND(technicians), KIND(customers), KIND(equipment), KIND(contracts), KIND(parts), KIND(stock),
    KIND(faults),      KIND(cases),     KIND(prices),    KIND(calendar),  KIND(jobs),
};
_Static_assert(sizeof jobs / sizeof jobs[0] <= CSV_KIND_COLUMNS, "the widest kind fits a record");

const struct csv_kind *csv_columns_all(size_t *n)
{
    *n = sizeof kinds / sizeof kinds[0];
    return kinds;
}

const struct csv_kind *csv_columns_kind(str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_eq(str_c(kinds[i].name), name)) {
            return &kinds[i];
        }
    }
    return NULL;
}

int csv_columns_find(const struct csv_kind *kind, str name)
{
    for (size_t i = 0; i < kind->n; i++) {
        if (str_eq(str_c(kind->column[i].name), name)) {
            return (int)i;
        }
    }
    return -1;
}
