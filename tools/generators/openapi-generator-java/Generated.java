package javax.annotation;

/** What the generated classes are marked with: no longer part of Java, and nothing else of its package is needed. */
public @interface Generated {
  String[] value();

  String comments() default "";
}
