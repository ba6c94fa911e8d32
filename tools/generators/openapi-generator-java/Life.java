import client.v3.ApiClient;
import client.v3.ApiException;
import client.v3.api.CustomerApi;
import client.v3.api.LookupApi;
import client.v3.api.OrdersApi;
import client.v3.model.BalanceAnswer;
import client.v3.model.ChangeAnswer;
import client.v3.model.Failure;
import client.v3.model.KeyBody;
import client.v3.model.OrderAnswer;
import client.v3.model.OrderBody;
import client.v3.model.OrderBodyMaximumPrice;
import client.v3.model.OrderChange;
import client.v3.model.OrderItem;
import client.v3.model.OrderStatus;
import client.v3.model.Purchase;
import client.v3.model.PurchaseAnswer;
import client.v3.model.Quote;
import client.v3.model.QuoteAnswer;
import java.net.http.HttpClient;

/** A whole life of an order through a client of openapi-generator, java with the library native. It prints the code. */
public final class Life {
  private static final String USER = System.getenv("SMSONLINE_USER_ID");
  private static final String KEY = System.getenv("SMSONLINE_API_KEY");
  private static final ApiClient CLIENT = new ApiClient();

  private Life() {}

  public static void main(String[] arguments) throws ApiException {
    // By default Java offers HTTP/2 with each request, and then the server does not read its body.
    CLIENT.setHttpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
    CLIENT.updateBaseUri(System.getenv("SMSONLINE_BASE_URL"));
    int before = balance();
    Purchase first = order();
    OrderItem item = look(first.getOrderId());
    while (item.getStatus() == OrderStatus.WAITING) {
      item = look(first.getOrderId());
    }

    Failure refused = granted(refund(first.getOrderId()), Failure.class);
    check(refused.getErrorMessage().contains("REFUND_NOT_ALLOWED"));

    Purchase second = order();
    ChangeAnswer changed = granted(refund(second.getOrderId()), ChangeAnswer.class);
    check(changed.getBody() == OrderChange.REFUND_COMPLETED);
    check(balance() == before - first.getPurchasePrice());
    System.out.println(item.getCode());
  }

  private static int balance() throws ApiException {
    Object answer = new CustomerApi(CLIENT).getBalance(USER, KEY).getActualInstance();
    return granted(answer, BalanceAnswer.class).getBody().getBalance();
  }

  private static Purchase order() throws ApiException {
    Object asked = new LookupApi(CLIENT).getServiceDetail(USER, "12", "any", "ds", KEY).getActualInstance();
    Quote quote = granted(asked, QuoteAnswer.class).getBody();
    OrderBody body =
        new OrderBody()
            .apiKey(KEY)
            .country("12")
            .service("ds")
            .carrier("any")
            .maximumPrice(new OrderBodyMaximumPrice(String.valueOf(quote.getPrice())))
            .m(quote.getM())
            .n(quote.getN());
    Object answer = new OrdersApi(CLIENT).orderNumber(USER, body).getActualInstance();
    Purchase bought = granted(answer, PurchaseAnswer.class).getBody();
    check(bought.getPurchasePrice() <= quote.getPrice());
    return bought;
  }

  private static OrderItem look(String orderId) throws ApiException {
    Object answer = new OrdersApi(CLIENT).getOrder(USER, orderId, KEY).getActualInstance();
    return granted(answer, OrderAnswer.class).getBody().get(0);
  }

  private static Object refund(String orderId) throws ApiException {
    return new OrdersApi(CLIENT)
        .changeOrderStatus(USER, orderId, "refund", new KeyBody().apiKey(KEY))
        .getActualInstance();
  }

  /** Returns an answer of this type; what the service says by another one is told. */
  private static <T> T granted(Object answer, Class<T> type) {
    check(type.isInstance(answer), String.valueOf(answer));
    return type.cast(answer);
  }

  private static void check(boolean holds) {
    check(holds, "the balance, the price or an answer is not what it should be");
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }
}
